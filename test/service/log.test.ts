import { context, ROOT_CONTEXT, trace, type Context, type ContextManager } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { createLogger, type LogLevel } from '../../service/log.ts'

function capture(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLogger(level, { write: (line: string) => void lines.push(line) })
  return { log, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

afterEach(() => context.disable())

test('a line written inside a span carries its trace id, one outside carries none', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const inside = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: 0 })
  const { log, lines } = capture()
  log.info('outside')
  context.setGlobalContextManager(always(inside))
  log.info('inside')
  expect(lines()).toMatchObject([{ msg: 'outside' }, { msg: 'inside', trace_id: traceId }])
  expect(lines()[0]).not.toHaveProperty('trace_id')
})

test('credentials in headers are not written, wherever the headers are', () => {
  const headers = { authorization: 'Bearer canary', cookie: 'canary', host: 'example' }
  const { log, lines } = capture()
  log.info({ headers, req: { headers }, err: Object.assign(new Error('x'), { headers }) }, 'refused')
  expect(JSON.stringify(lines())).not.toContain('canary')
  expect(JSON.stringify(lines())).toContain('example')
})

test('text with line breaks stays one line', () => {
  const { log, lines } = capture()
  log.info({ question: 'a\nb\u2028{"level":"fatal"}' }, 'c\nd')
  expect(lines()).toMatchObject([{ level: 'info', question: 'a\nb\u2028{"level":"fatal"}', msg: 'c\nd' }])
})

function always(active: Context): ContextManager {
  const manager: ContextManager = {
    active: () => active,
    with: (_context, fn, thisArg, ...args) => fn.call(thisArg as ThisParameterType<typeof fn>, ...args),
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}
