import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { GenAi } from '../../../otel/names.ts'
import { callsInFile, callsInJaeger, wasSampled } from '../../../service/bill/exported-trace.ts'

const RUN = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

/** An exporter's request with one call per id. */
function otlp(traceId: string, ...spanIds: string[]) {
  const spans = spanIds.map((spanId) => ({
    traceId,
    spanId,
    attributes: [
      { key: GenAi.operation, value: { stringValue: 'chat' } },
      { key: GenAi.requestModel, value: { stringValue: 'gpt-5-nano' } },
      { key: GenAi.inputTokens, value: { intValue: '100' } },
    ],
  }))
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] }
}

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function jaeger(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function file(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tracechat-otlp-'))
  cleanups.push(() => rm(directory, { recursive: true }))
  const path = join(directory, 'trace.json')
  await writeFile(path, content)
  return path
}

test('Jaeger is asked again until all calls have arrived', async () => {
  const answers = [null, otlp(RUN, '1'), otlp(RUN, '1', '2')]
  const asked: string[] = []
  const url = await jaeger((request, response) => {
    asked.push(request.url!)
    const answer = answers.shift()
    if (!answer) response.statusCode = 404
    response.end(JSON.stringify(answer ? { result: answer } : { error: { message: 'trace not found' } }))
  })
  const calls = await callsInJaeger(url, RUN, { arrived: ({ length }) => length === 2, withinMs: 15_000 })
  expect(calls).toMatchObject([{ span_id: '1', prompt_tokens: 100 }, { span_id: '2' }])
  expect(asked).toEqual(Array(3).fill(`/api/v3/traces/${RUN}`))
})

test('once the time is over, what Jaeger has counts; no trace is null and a trace without calls is none', async () => {
  const never = { arrived: () => false, withinMs: 0 }
  let status = 200
  const url = await jaeger((_, response) => {
    response.statusCode = status
    response.end(JSON.stringify({ result: otlp(RUN) }))
  })
  expect(await callsInJaeger(url, RUN, never)).toEqual([])
  status = 404
  expect(await callsInJaeger(url, RUN, never)).toBeNull()
})

test.each([
  [
    'is broken',
    (_: unknown, response: { statusCode: number; end(text: string): void }) => {
      response.statusCode = 500
      response.end('oops')
    },
  ],
  ['is something else', (_: unknown, response: { end(text: string): void }) => response.end('<html>')],
  ['answers with no trace', (_: unknown, response: { end(text: string): void }) => response.end('{}')],
] as [string, RequestListener][])(
  'a Jaeger that %s is an error that names JAEGER_UI_URL',
  async (_, listener) => {
    const url = await jaeger(listener)
    await expect(callsInJaeger(url, RUN, { arrived: () => true, withinMs: 15_000 })).rejects.toMatchObject({
      code: 'jaeger_unavailable',
      message: expect.stringContaining('JAEGER_UI_URL'),
    })
  },
)

test('a Jaeger that is not there is an error, not a trace that was not exported', async () => {
  const asked = callsInJaeger('http://127.0.0.1:1', RUN, { arrived: () => true, withinMs: 15_000 })
  await expect(asked).rejects.toMatchObject({ code: 'jaeger_unavailable' })
})

const lines = [otlp(OTHER, '9'), otlp(RUN, '1'), otlp(RUN, '2')]
test.each([
  ['one request', JSON.stringify(otlp(RUN, '1', '2'), null, 2)],
  ['an array of requests', JSON.stringify(lines)],
  ['a request a line', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`],
])('a file of %s is read, and other traces in it are left alone', async (_, content) => {
  expect(await callsInFile(await file(content), RUN)).toMatchObject([{ span_id: '1' }, { span_id: '2' }])
})

test('a file without the run has no trace of it', async () => {
  expect(await callsInFile(await file(JSON.stringify(otlp(OTHER, '9'))), RUN)).toBeNull()
})

test.each(['', 'not json', '{"spans":[]}', '{"resourceSpans":[]}\n{"resourceSp'])(
  'a file that holds %j is refused and named',
  async (content) => {
    const path = await file(content)
    await expect(callsInFile(path, RUN)).rejects.toMatchObject({
      code: 'otlp_file',
      message: expect.stringContaining(path),
    })
  },
)

test('a file that is not there is refused and named', async () => {
  await expect(callsInFile('/nowhere/trace.json', RUN)).rejects.toMatchObject({ code: 'otlp_file' })
})

test('whether a trace was sampled is told by its root', () => {
  const trace = (root?: number) => ({
    resourceSpans: [
      {
        scopeSpans: [
          { spans: [{ parentSpanId: 'p', flags: 257 }, ...(root === undefined ? [] : [{ flags: root }])] },
        ],
      },
    ],
  })
  expect(wasSampled(trace(257))).toBe(true)
  expect(wasSampled(trace(256))).toBe(false)
  // Nobody knows: then it is looked for.
  expect(wasSampled(trace())).toBe(true)
})
