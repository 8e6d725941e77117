import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompleteData } from '../../../service/wire.ts'
import type { ServiceUnderTest } from '../../service-under-test.ts'
import { serviceUnderTest } from '../../service-under-test.ts'
import { run } from '../bill/example-bill.ts'

interface Span {
  traceId: string
  spanId: string
  flags?: number
  attributes: { key: string; value: { intValue?: number } }[]
}
interface Otlp {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
}

let service: ServiceUnderTest
let directory: string
/** A run that went well, and its trace as it is exported. */
let runId: string
let exported: Otlp
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tracechat-reconcile-'))
  service = await serviceUnderTest()
  runId = await ask()
  exported = (await (await service.request(`/api/v1/chat/runs/${runId}/trace`)).json()) as Otlp
})
afterAll(async () => {
  await service.stop()
  await rm(directory, { recursive: true })
})

async function ask(): Promise<string> {
  const response = await service.post('/api/v1/chat/', {
    message: 'What are the gaps?',
    company_id: 'comp-123',
  })
  return ((await response.json()) as CompleteData).run_id
}

interface Outcome {
  code: number
  out: string
  err: string
}

/** Runs the command as a process, as a person would. */
async function reconcile(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const database = service.db.client.config.connection.connectionString as string
  const child = execFile(
    process.execPath,
    [join(import.meta.dirname, '../../../service/cli/reconcile.ts'), ...args],
    { env: { PATH: process.env['PATH'], DATABASE_URL: database, ...env }, cwd: directory },
  )
  let [out, err] = ['', '']
  child.stdout!.on('data', (text: string) => (out += text))
  child.stderr!.on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

async function file(content: unknown): Promise<string> {
  const path = join(directory, 'trace.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** A copy of the exported trace with other spans. */
function changed(change: (spans: Span[]) => Span[]): Otlp {
  const copy = structuredClone(exported)
  const scopes = copy.resourceSpans.flatMap((resource) => resource.scopeSpans)
  for (const scope of scopes) scope.spans = change(scope.spans)
  return copy
}

const billed = (span: Span) => span.attributes.some(({ key }) => key === 'gen_ai.usage.output_tokens')

test('without any place to look for a trace, tree and rows are compared and the trace is not exported', async () => {
  const { code, out, err } = await reconcile([runId])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('tree and rows: agree; trace: not_exported')
  const calls = await service.db('llm_calls').where({ trace_id: runId })
  expect(calls.length).toBeGreaterThan(0)
  for (const { span_id, model, prompt_tokens, completion_tokens } of calls) {
    const line = out.split('\n').find((one) => one.includes(span_id))
    expect(line).toContain(model)
    expect(line).toContain(
      `${prompt_tokens}+${completion_tokens} / ${prompt_tokens}+${completion_tokens} / –`,
    )
  }
})

test('a trace in a file that holds the same calls agrees', async () => {
  const other = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'f'.repeat(32), spanId: '1' }] }] }] }
  const path = await file(`${JSON.stringify(other)}\n${JSON.stringify(exported)}\n`)
  const { code, out } = await reconcile([runId, '--otlp', path])
  expect(code).toBe(0)
  expect(out).toContain('tree and rows and trace: agree; trace: agree')
})

test('a call that the trace lacks, and tokens that it counts differently, are differences', async () => {
  let first: string | undefined
  const lacking = changed((spans) => {
    first ??= spans.find(billed)?.spanId
    return spans.filter(({ spanId }) => spanId !== first)
  })
  const missing = await reconcile([runId, '--otlp', await file(lacking)])
  expect(missing.code).toBe(1)
  expect(missing.out).toContain('different; trace: different')
  expect(missing.out.split('\n').find((line) => line.includes(first!))).toContain('different: status')

  const more = changed((spans) => {
    for (const { key, value } of spans.flatMap(({ attributes }) => attributes)) {
      if (key === 'gen_ai.usage.output_tokens') value.intValue = Number(value.intValue) + 1
    }
    return spans
  })
  const counted = await reconcile([runId, '--otlp', await file(more)])
  expect(counted.code).toBe(1)
  expect(counted.out).toContain('different: completion_tokens')
})

test('a row that differs from the tree is a difference, whatever the trace', async () => {
  const id = await ask()
  await service.db('llm_calls').where({ trace_id: id }).update({ cost_usd: '1.5' })
  const { code, out } = await reconcile([id])
  expect(code).toBe(1)
  expect(out).toContain('different: cost_usd')
  expect(out).toContain('tree and rows: different; trace: not_exported')
})

test('a file without any of it means not exported, unless the run has a link to its trace', async () => {
  const id = await ask()
  const path = await file({ resourceSpans: [] })
  expect(await reconcile([id, '--otlp', path])).toMatchObject({
    code: 0,
    out: expect.stringContaining('trace: not_exported'),
  })
  await service.db.raw(
    `update chat_messages set metadata = metadata || '{"trace_url": "http://jaeger/trace/x"}'
     where run_id = ? and role = 'assistant'`,
    [id],
  )
  expect(await reconcile([id, '--otlp', path])).toMatchObject({
    code: 1,
    out: expect.stringContaining('trace: different'),
  })
})

test('a run that was not sampled is not looked for', async () => {
  const unsampled = changed((spans) => spans.map((span) => ({ ...span, flags: 256 })))
  const id = '9'.repeat(32)
  await run(service.db, { runId: id, ended: { trace: unsampled } })
  const { code, out } = await reconcile([id], { JAEGER_UI_URL: 'http://127.0.0.1:1' })
  expect(code).toBe(0)
  expect(out).toContain('trace: not_exported')
})

test('the trace is read from Jaeger, where it may arrive late', async () => {
  let asked = 0
  const server = createServer((request, response) => {
    const found = request.url === `/api/v3/traces/${runId}` && ++asked > 1
    response.statusCode = found ? 200 : 404
    response.end(JSON.stringify(found ? { result: exported } : {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { code, out } = await reconcile([runId], { JAEGER_UI_URL: url })
  server.close()
  expect(out).toContain('tree and rows and trace: agree; trace: agree')
  expect([code, asked]).toEqual([0, 2])
})

test.each([
  ['no run', [], 'Usage: npm run reconcile'],
  ['two runs', ['a', 'b'], 'Usage: npm run reconcile'],
  ['an unknown option', ['a', '--jaeger'], 'Usage: npm run reconcile'],
  ['an unknown run', ['0'.repeat(32)], `There is no run ${'0'.repeat(32)} in this database.`],
] as [string, string[], string][])('%s exits with 2 and says why', async (_, args, reason) => {
  const { code, out, err } = await reconcile(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(reason)
})

test('a run that has not ended, a file and a Jaeger that cannot be read exit with 2', async () => {
  const id = '8'.repeat(32)
  await run(service.db, { runId: id })
  for (const [args, env, reason] of [
    [[id], {}, 'has not ended yet'],
    [[runId, '--otlp', 'nowhere.json'], {}, 'nowhere.json cannot be read as OTLP JSON'],
    [[runId], { JAEGER_UI_URL: 'http://127.0.0.1:1' }, 'Check JAEGER_UI_URL'],
  ] as [string[], Record<string, string>, string][]) {
    const { code, err } = await reconcile(args, env)
    expect([code, err]).toEqual([2, expect.stringContaining(reason)])
  }
})
