import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flatten } from '../../service/run/tree.ts'
import type { CompleteData } from '../../service/wire.ts'
import type { OtlpReceiver, ReceiverMode } from '../otlp-receiver.ts'
import { startOtlpReceiver } from '../otlp-receiver.ts'
import type { TestDatabase } from '../postgres.ts'
import { testDatabase } from '../postgres.ts'
import type { FakeProvider } from '../provider/fake-provider.ts'
import { startFakeProvider } from '../provider/fake-provider.ts'
import { callRows, expectProviderAgrees, expectTreeAgrees } from './accounts.ts'
import type { ServiceProcess } from './service-process.ts'
import { startServiceProcess } from './service-process.ts'

/** Beyond what the export may hold the end up, which is 3 s, with room for a busy machine. */
const END_MS = 10_000
/** Several processes start side by side, and some wait for an export, which is due every 5 s. */
const TEST_MS = 60_000

let database: TestDatabase
let provider: FakeProvider

beforeAll(async () => {
  database = await testDatabase()
  provider = await startFakeProvider()
})
afterAll(async () => {
  await provider.close()
  await database.drop()
})

/** Goes with its test, like the receiver: tests run side by side, so each brings its own. */
async function started(
  { onTestFinished }: TestContext,
  env: Record<string, string>,
): Promise<ServiceProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracechat-switches-'))
  const service = await startServiceProcess({
    databaseUrl: database.url,
    providerUrl: provider.url,
    dataDir,
    env,
  })
  onTestFinished(async () => {
    service.kill('SIGKILL')
    await service.exited
    await rm(dataDir, { recursive: true })
  })
  return service
}

async function receiving({ onTestFinished }: TestContext, mode: ReceiverMode): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(mode)
  onTestFinished(() => receiver.close())
  return receiver
}

/** One chat: its tree has every step, its rows are the provider's calls, and both say the same. */
async function expectWholeChat(
  service: ServiceProcess,
  headers?: Record<string, string>,
): Promise<CompleteData> {
  const message = `What is missing? ${randomUUID()}`
  const body = { message, company_id: 'comp-123' }
  const response = await service.post('/api/v1/chat/', body, headers)
  expect(response.status).toBe(200)
  const complete = (await response.json()) as CompleteData
  const shape = flatten(complete.metadata.execution_tree!).map(
    ({ kind, name, status }) => `${kind} ${name.replace(/ .*/, '')} ${status}`,
  )
  expect(shape).toEqual([
    'run invoke_workflow ok',
    'agent invoke_agent ok',
    'llm chat ok',
    'agent invoke_agent ok',
    'llm chat ok',
    'tool execute_tool ok',
    'tool execute_tool ok',
    'llm chat ok',
    'agent invoke_agent ok',
    'llm chat ok',
  ])
  const rows = await callRows(database.db, { trace_id: complete.run_id })
  const served = provider.ledger.filter((entry) => JSON.stringify(entry.messages).includes(message))
  expectProviderAgrees(rows, served)
  expectTreeAgrees(complete.metadata, rows)
  for (const row of rows) expect(row.session_id).toBe(complete.session_id)
  return complete
}

async function expectEnd(service: ServiceProcess): Promise<void> {
  const askedAt = performance.now()
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
  expect(performance.now() - askedAt).toBeLessThan(END_MS)
}

describe.concurrent(
  'nothing that keeps spans from being exported keeps them from tree and bill',
  { timeout: TEST_MS },
  () => {
    test.for<[string, Record<string, string>]>([
      ['OTEL_TRACES_SAMPLER=always_off', { OTEL_TRACES_SAMPLER: 'always_off' }],
      ['a ratio of 0', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
      ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
      ['OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }],
    ])('%s: the tree and the rows are whole, and nothing is exported', async ([, env], context) => {
      const receiver = await receiving(context, 'ok')
      const service = await started(context, {
        ...env,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        JAEGER_UI_URL: 'http://127.0.0.1:16686',
      })
      const { metadata } = await expectWholeChat(service)
      expect(metadata.trace_url).toBeUndefined()
      await expectEnd(service)
      expect(receiver.spans).toEqual([])
    })

    test('limits of one attribute, one event and four characters a value cut off nothing', async (context) => {
      const service = await started(context, {
        OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
        OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
        OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
        OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1',
      })
      await expectWholeChat(service)
    })
  },
)

test(
  'a caller’s traceparent decides neither the id of the run nor whether it is recorded; it is kept as a link',
  { timeout: TEST_MS },
  async (context) => {
    const receiver = await receiving(context, 'ok')
    const service = await started(context, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
    // Unsampled, beside a tracestate of 10 KB, and sent twice.
    const headers = {
      traceparent: `00-${caller.traceId}-${caller.spanId}-00`,
      tracestate: Array.from({ length: 40 }, (_, index) => `vendor${index}=${'x'.repeat(245)}`).join(','),
    }
    const ids = [
      (await expectWholeChat(service, headers)).run_id,
      (await expectWholeChat(service, headers)).run_id,
    ]
    expect(new Set([...ids, caller.traceId]).size).toBe(3)
    const broken = [
      'nonsense',
      '00-4bf9-1-01',
      '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
      `ff-${caller.traceId}-${caller.spanId}-01`,
    ]
    const unlinked: string[] = []
    for (const traceparent of broken) unlinked.push((await expectWholeChat(service, { traceparent })).run_id)
    await expectEnd(service)
    const roots = receiver.spans.filter((span) => !span.parentSpanId)
    expect(roots.map((span) => span.traceId).sort()).toEqual([...ids, ...unlinked].sort())
    for (const { traceId, links } of roots) {
      if (ids.includes(traceId)) expect(links).toMatchObject([caller])
      else expect(links ?? []).toEqual([])
    }
    expect(receiver.spans.some((span) => span.traceId === caller.traceId)).toBe(false)
  },
)

describe.concurrent(
  'an OTLP endpoint that does not do its part holds nothing up',
  { timeout: TEST_MS },
  () => {
    const NOTICE = 'Traces are not reaching'

    function noticesOf(service: ServiceProcess): number {
      return service.output().split(NOTICE).length - 1
    }

    test('it hangs: chats are answered meanwhile, and the process ends in time, with one notice', async (context) => {
      const receiver = await receiving(context, 'hang')
      const service = await started(context, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
      const asked = receiver.nextRequest()
      await expectWholeChat(service)
      await asked
      // Answered while the export of the first one hangs.
      expect(receiver.waiting).toBe(1)
      await expectWholeChat(service)
      await service.printed(NOTICE)
      await expectWholeChat(service)
      await expectEnd(service)
      expect(noticesOf(service)).toBe(1)
    })

    test.for(['refuse', 'unavailable'] as const)(
      'it answers by "%s": every chat is whole, and there is one notice',
      async (mode, context) => {
        const receiver = await receiving(context, mode)
        const service = await started(context, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
        await expectWholeChat(service)
        await service.printed(NOTICE)
        await expectWholeChat(service)
        // Ending exports what is left, which fails once more.
        await expectEnd(service)
        expect(noticesOf(service)).toBe(1)
        expect(service.output()).toContain(receiver.url)
        expect(service.output()).not.toMatch(/^ +at /m)
      },
    )
  },
)
