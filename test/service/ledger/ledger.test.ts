import { randomBytes } from 'node:crypto'
import { cpSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAlwaysRecordSampler, AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Knex } from 'knex'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { LiveSpanProcessor } from '../../../otel/live-span-processor.ts'
import type { LlmCall } from '../../../otel/llm-call.ts'
import { openDatabase } from '../../../service/db/database.ts'
import { createLedgerStore } from '../../../service/db/ledger-store.ts'
import { Ledger } from '../../../service/ledger/ledger.ts'
import type { LedgerRecord } from '../../../service/ledger/record.ts'
import { foldRecords } from '../../../service/ledger/record.ts'
import type { LedgerStore } from '../../../service/ledger/shipper.ts'
import { Spool } from '../../../service/ledger/spool.ts'
import { ChatModel } from '../../../service/llm/chat-model.ts'
import type { CompleteData, ErrorBody, ErrorData, RunInfo } from '../../../service/wire.ts'
import { callRows, expectProviderAgrees, expectTreeAgrees } from '../../one-truth/accounts.ts'
import type { ServiceProcess } from '../../one-truth/service-process.ts'
import { startServiceProcess } from '../../one-truth/service-process.ts'
import type { TestDatabase } from '../../postgres.ts'
import { testDatabase } from '../../postgres.ts'
import type { FakeProvider, Script } from '../../provider/fake-provider.ts'
import { defaultScript, startFakeProvider } from '../../provider/fake-provider.ts'
import { allFrames } from '../../service-under-test.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tracechat-ledger-'))
})
afterEach(() => rm(directory, { recursive: true }))

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** A log that keeps what it was told. */
function keptLog() {
  return { warn: vi.fn(), error: vi.fn() }
}

const STARTED: LlmCall = {
  trace_id: '0'.repeat(32),
  span_id: '0'.repeat(16),
  parent_span_id: null,
  created_at: '2026-05-17T10:00:00.000Z',
  step_path: 'run > chat gpt-5-nano',
  duration_ms: null,
  time_to_first_token_ms: null,
  provider: 'fake',
  model: 'gpt-5-nano',
  response_model: null,
  call_type: 'CHAT',
  agent: 'planner',
  usage: {
    prompt_tokens: null,
    completion_tokens: null,
    total_tokens: null,
    cached_tokens: null,
    reasoning_tokens: null,
  },
  usage_source: null,
  cost_usd: null,
  price_source: null,
  status: 'started',
  error_type: null,
  finish_reason: null,
  operation_id: '0'.repeat(16),
  attempt: 1,
  user_id: 'ann',
  session_id: 's',
  company_id: null,
  metadata: { estimated_prompt_tokens: 12 },
}

/** The intent of a call of its own, and its outcome. */
function aCall(): { intent: LlmCall; outcome: LlmCall } {
  const intent = {
    ...STARTED,
    trace_id: randomBytes(16).toString('hex'),
    span_id: randomBytes(8).toString('hex'),
  }
  const outcome: LlmCall = {
    ...intent,
    status: 'ok',
    duration_ms: 40,
    usage: { ...intent.usage, prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    usage_source: 'provider',
    cost_usd: '0.000012345678',
    finish_reason: 'stop',
  }
  return { intent, outcome }
}

function rowOf(db: Knex, { trace_id }: LlmCall): Promise<Record<string, unknown> | undefined> {
  return db('llm_calls').where({ trace_id }).first()
}

const OUTCOME = { status: 'ok', total_tokens: 15, cost_usd: '0.000012345678', duration_ms: 40 }

describe('before a call is made', () => {
  /** A model whose spans and texts go to the ledger. */
  function modelOn(ledger: Ledger, provider: FakeProvider): ChatModel {
    const tracing = new TracerProvider({
      sampler: createAlwaysRecordSampler(new AlwaysOffSampler()),
      spanProcessors: [
        new LiveSpanProcessor(ledger, (error) => {
          throw error
        }),
      ],
    })
    return new ChatModel({
      baseUrl: provider.url,
      apiKey: 'none',
      provider: 'fake',
      firstByteTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      captureContent: false,
      tracer: tracing.getTracer('test'),
      texts: ledger,
    })
  }

  function ask(model: ChatModel, content: string) {
    return model.chat({
      agent: 'analyst',
      role: 'Writing',
      model: 'gpt-5-nano',
      messages: [{ role: 'user', content }],
      signal: new AbortController().signal,
    })
  }

  async function recordsIn(spoolDirectory: string): Promise<LedgerRecord[]> {
    const spool = await Spool.open<LedgerRecord>(spoolDirectory)
    const { records } = await spool.read(await spool.start())
    await spool.close()
    return records
  }

  test('its intent and what it asks are on disk when the provider hears of it, and no database is waited for', async () => {
    const copies = join(directory, 'copies')
    const provider = await startFakeProvider({
      script: ({ index }) => {
        // What a start after kill -9 at this moment would find.
        cpSync(join(directory, 'spool', 'me'), join(copies, String(index)), { recursive: true })
        return { content: 'fine' }
      },
    })
    const answered: PromiseWithResolvers<void> = Promise.withResolvers()
    const silent: LedgerStore = { write: () => answered.promise, isUnavailable: () => true }
    const ledger = await Ledger.open({
      directory: join(directory, 'spool'),
      instanceId: 'me',
      store: silent,
      log: keptLog(),
    })
    const model = modelOn(ledger, provider)
    try {
      for (let index = 0; index < 20; index++) {
        expect((await ask(model, `question ${index}`)).text).toBe('fine')
        const records = await recordsIn(join(copies, String(index)))
        const request = records.find(
          (record) => record.type === 'request' && record.preview === `question ${index}`,
        )
        const { key } = request as Extract<LedgerRecord, { type: 'request' }>
        const told = records.filter((record) => record.type === 'call' && record.call.span_id === key.span_id)
        expect(told).toMatchObject([{ call: { ...key, status: 'started', model: 'gpt-5-nano' } }])
      }
    } finally {
      answered.resolve()
      await ledger.close(1_000)
      await provider.close()
    }
  })

  test('a call that cannot be put on record is not made; with room again it is on record that it was not', async () => {
    const provider = await startFakeProvider()
    const ledger = await Ledger.open({
      directory,
      instanceId: 'me',
      store: createLedgerStore(database.db),
      log: keptLog(),
    })
    const model = modelOn(ledger, provider)
    const probe = await open(join(directory, 'probe'), 'w')
    const disk = vi
      .spyOn(Object.getPrototypeOf(probe) as FileHandle, 'datasync')
      .mockRejectedValue(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
    try {
      await expect(ask(model, 'too much')).rejects.toMatchObject({ code: 'ledger_unavailable', status: 503 })
      expect(ledger.writable).toBe(false)
      expect(provider.ledger).toEqual([])

      disk.mockRestore()
      expect(await ledger.shipped(10_000)).toBe(true)
      expect(ledger.writable).toBe(true)
      const row = await database.db('llm_calls').where({ prompt: 'too much' }).first()
      expect(row).toMatchObject({ status: 'error', error_type: 'ledger_unavailable', total_tokens: null })
      expect((await ask(model, 'now')).text).not.toBe('')
    } finally {
      disk.mockRestore()
      await probe.close()
      await ledger.close(1_000)
      await provider.close()
    }
  })

  test('a service on a full disk asks no provider, says why, and takes no further chats', async () => {
    const provider = await startFakeProvider()
    const service = await startServiceProcess({
      databaseUrl: database.url,
      providerUrl: provider.url,
      dataDir: directory,
      fullDisk: true,
    })
    try {
      const body = { message: 'x', company_id: 'comp-123' }
      const end = (await allFrames(await service.post('/api/v1/chat/stream', body))).at(-1)!.event
      expect(end).toMatchObject({ type: 'error', data: { code: 'ledger_unavailable', retryable: true } })
      const next = await service.post('/api/v1/chat/stream', body)
      expect(next.status).toBe(503)
      expect(((await next.json()) as ErrorBody).error.code).toBe('ledger_unavailable')
      expect(provider.ledger).toEqual([])
    } finally {
      service.kill('SIGKILL')
      await service.exited
      await provider.close()
    }
  })
})

describe('while the database is away', () => {
  let admin: Knex
  let name: string
  let role: string
  beforeAll(() => {
    admin = openDatabase(inject('postgresUrl'), { poolMax: 1 })
    name = new URL(database.url).pathname.slice(1)
    role = new URL(database.url).username
  })
  afterAll(() => admin.destroy())

  /** Ends every connection to the database, so that the next one meets what has changed. */
  async function disconnect(): Promise<void> {
    await admin.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = ?', [name])
  }

  test.for<[string, (away: boolean) => Promise<unknown>]>([
    [
      'it takes no connections',
      (away) => admin.raw(`alter database ?? allow_connections ${away ? 'false' : 'true'}`, [name]),
    ],
    [
      'its role may not connect',
      async (away) => {
        await admin.raw(
          `${away ? 'revoke connect on database ?? from' : 'grant connect on database ?? to'} public`,
          [name],
        )
        await admin.raw(
          `${away ? 'revoke connect on database ?? from' : 'grant connect on database ?? to'} ??`,
          [name, role],
        )
      },
    ],
    [
      'it is read-only, as a replica is',
      (away) =>
        admin.raw(`alter database ?? set default_transaction_read_only = ${away ? 'on' : 'off'}`, [name]),
    ],
    [
      'its table is being moved',
      (away) =>
        database.db.raw(
          away ? 'alter table llm_calls rename to moved' : 'alter table moved rename to llm_calls',
        ),
    ],
  ])('because %s, rows wait in the spool, and they arrive when it is back', async ([, setAway]) => {
    const log = keptLog()
    const db = openDatabase(database.url)
    const ledger = await Ledger.open({ directory, instanceId: 'me', store: createLedgerStore(db), log })
    const { intent, outcome } = aCall()
    try {
      await setAway(true)
      await disconnect()
      ledger.callStarted(intent)
      await ledger.durable()
      ledger.callEnded(outcome)
      expect(await ledger.shipped(500)).toBe(false)
      expect(log.warn).toHaveBeenCalled()
    } finally {
      await setAway(false)
      await disconnect()
    }
    expect(await ledger.shipped(15_000)).toBe(true)
    expect(await rowOf(database.db, intent)).toMatchObject(OUTCOME)
    expect(log.error).not.toHaveBeenCalled()
    await ledger.close(1_000)
    expect(await readdir(directory)).toEqual([])
    await db.destroy()
  })

  test(
    'the chat that was under way is answered, and its rows and its message come later',
    { timeout: 60_000 },
    async () => {
      const back: PromiseWithResolvers<void> = Promise.withResolvers()
      const usual = defaultScript()
      const provider = await startFakeProvider({
        script: (request) => ({
          ...usual(request),
          ...(request.agent === 'analyst' ? { holdUntil: { afterChunk: 3, promise: back.promise } } : {}),
        }),
      })
      const service = await startServiceProcess({
        databaseUrl: database.url,
        providerUrl: provider.url,
        dataDir: directory,
      })
      try {
        const body = { message: 'What is missing?', session_id: 'away', company_id: 'comp-123' }
        const answer = service.post('/api/v1/chat/', body)
        await provider.waitFor((ledger) =>
          ledger.some((entry) => entry.agent === 'analyst' && entry.chunks_sent === 3),
        )
        await admin.raw('alter database ?? allow_connections false', [name])
        await disconnect()
        back.resolve()
        const response = await answer
        expect(response.status).toBe(200)
        const { metadata } = (await response.json()) as CompleteData
        expect(metadata.usage.llm_calls).toBe(4)

        await admin.raw('alter database ?? allow_connections true', [name])
        const message = await vi.waitFor(
          async () => {
            const found = await database.db('chat_messages').where({ session_id: 'away', status: 'ok' })
            expect(found).toHaveLength(2)
            return found[1] as { metadata: object }
          },
          { timeout: 30_000 },
        )
        expect(message.metadata).toEqual(metadata)
        const rows = await callRows(database.db, { session_id: 'away' })
        expectProviderAgrees(rows, provider.ledger)
        expectTreeAgrees(metadata, rows)
      } finally {
        await admin.raw('alter database ?? allow_connections true', [name])
        service.kill('SIGKILL')
        await service.exited
        await provider.close()
      }
    },
  )

  test('a process that ends meanwhile leaves its rows to the next one', async () => {
    const closed: LedgerStore = {
      write: () => Promise.reject(new Error('Connection terminated')),
      isUnavailable: () => true,
    }
    const { intent, outcome } = aCall()
    const first = await Ledger.open({ directory, instanceId: 'me', store: closed, log: keptLog() })
    first.callStarted(intent)
    first.callEnded(outcome)
    await first.close(100)

    const store = createLedgerStore(database.db)
    const next = await Ledger.open({ directory, instanceId: 'me', store, log: keptLog() })
    expect(await next.shipped(10_000)).toBe(true)
    expect(await rowOf(database.db, intent)).toMatchObject(OUTCOME)
    await next.close(1_000)
  })
})

describe('in the database', () => {
  const at = (call: LlmCall): LedgerRecord => ({ type: 'call', call })

  test.for<[string, ('intent' | 'outcome')[][]]>([
    ['intent, then outcome', [['intent'], ['outcome']]],
    ['outcome, then intent', [['outcome'], ['intent']]],
    ['both in one batch', [['intent', 'outcome']]],
    ['both in one batch, the wrong way round', [['outcome', 'intent']]],
    ['each twice', [['intent'], ['intent'], ['outcome'], ['outcome'], ['intent']]],
  ])('an outcome beats its intent: %s', async ([, batches]) => {
    const store = createLedgerStore(database.db)
    const call = aCall()
    const { trace_id, span_id, created_at } = call.intent
    const key = { trace_id, span_id, created_at }
    for (const batch of batches) {
      await store.write(
        foldRecords([
          ...batch.map((which) => at(call[which])),
          { type: 'request', key, preview: 'asked', request: { messages: ['asked'] } },
          { type: 'response', key, preview: 'told', message: { content: 'told' } },
        ]),
      )
    }
    expect(await database.db('llm_calls').where({ trace_id })).toHaveLength(1)
    expect(await rowOf(database.db, call.intent)).toMatchObject({
      ...OUTCOME,
      prompt: 'asked',
      response: 'told',
    })
  })

  test('an outcome that comes after all replaces the estimate of a call that was taken for dead', async () => {
    const store = createLedgerStore(database.db)
    const { intent, outcome } = aCall()
    await store.write(foldRecords([at(intent)]))
    await database.db('llm_calls').where({ trace_id: intent.trace_id }).update({ status: 'interrupted' })
    await store.write(foldRecords([at(intent)]))
    expect(await rowOf(database.db, intent)).toMatchObject({ status: 'interrupted' })
    await store.write(foldRecords([at(outcome)]))
    expect(await rowOf(database.db, intent)).toMatchObject(OUTCOME)
  })

  test('a batch repeated changes nothing, of the calls or of the run they belong to', async () => {
    const { db } = database
    const { outcome } = aCall()
    const { trace_id: run_id, span_id, created_at } = outcome
    const session = { user_id: 'ann', session_id: run_id }
    await db('chat_sessions').insert({ ...session, title: 'x' })
    const message = { ...session, run_id, role: 'assistant', content: '', status: 'running' }
    await db('chat_messages').insert(message)
    const metadata = {
      execution_tree: null,
      visualizations: [],
      citations: [],
      usage: {
        llm_calls: 1,
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        cost_usd: 0.000012345678,
        unpriced_calls: 0,
      },
      duration_ms: 50,
    }
    const key = { trace_id: run_id, span_id, created_at }
    const batch = foldRecords([
      at(outcome),
      { type: 'request', key, preview: 'asked', request: {} },
      { type: 'run', run: { run_id, status: 'ok', message: 'told', last_seq: 9, metadata, trace: 'AAAA' } },
    ])
    const stored = () =>
      Promise.all([
        db('llm_calls').where({ trace_id: run_id }),
        db('llm_call_messages').where({ trace_id: run_id }),
        db('chat_messages').where({ run_id }),
        db('chat_sessions').where(session),
      ])
    const store = createLedgerStore(db)
    await store.write(batch)
    const once = await stored()
    expect(once[2]).toMatchObject([{ status: 'ok', content: 'told', last_seq: 9 }])
    await store.write(batch)
    expect(await stored()).toEqual(once)
  })

  test('a record that the database refuses is logged whole, and those beside it arrive', async () => {
    const log = keptLog()
    const store = createLedgerStore(database.db)
    const ledger = await Ledger.open({ directory, instanceId: 'me', store, log })
    const calls = Array.from({ length: 5 }, () => aCall().outcome)
    const refused = { ...calls[2]!, status: 'never heard of' as 'ok' }
    for (const call of calls) ledger.callEnded(call === calls[2] ? refused : call)
    expect(await ledger.shipped(10_000)).toBe(true)
    const arrived = await Promise.all(calls.map((call) => rowOf(database.db, call)))
    expect(arrived.map((row) => row !== undefined)).toEqual([true, true, false, true, true])
    expect(log.error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ record: { type: 'call', call: refused } }),
      expect.any(String),
    )
    await ledger.close(1_000)
  })
})

/** Three starts of a process each. */
describe('after kill -9 in the middle of a call', { timeout: 60_000 }, () => {
  let provider: FakeProvider
  let script: Script
  let service: ServiceProcess
  const usual = defaultScript()
  const start = () =>
    startServiceProcess({ databaseUrl: database.url, providerUrl: provider.url, dataDir: directory })

  beforeEach(async () => {
    provider = await startFakeProvider({ script: (request) => script(request) })
    service = await start()
  })
  afterEach(async () => {
    await kill()
    await provider.close()
  })

  async function kill(): Promise<void> {
    service.kill('SIGKILL')
    await service.exited
  }

  test.for([
    ['just asked', { afterChunk: 0 }],
    ['writing', { afterChunk: 3 }],
  ] as const)(
    'the next start finds the call that was %s: a row, interrupted, with an estimate; a further start changes nothing',
    async ([moment, { afterChunk }]) => {
      const session = `killed ${moment}`
      const reached: PromiseWithResolvers<void> = Promise.withResolvers()
      script = (request) => {
        if (request.agent !== 'analyst') return usual(request)
        // At once: nothing but the spool can know of it.
        if (afterChunk === 0) service.kill('SIGKILL')
        reached.resolve()
        return { ...usual(request), holdUntil: { afterChunk, promise: new Promise(() => undefined) } }
      }
      const body = { message: 'What is missing?', session_id: session, company_id: 'comp-123' }
      const response = await service.post('/api/v1/chat/stream', body)
      const runId = response.headers.get('x-run-id')!
      await reached.promise
      await provider.waitFor((ledger) => ledger.at(-1)!.chunks_sent === afterChunk)
      await kill()
      await expect(response.text()).rejects.toThrow('terminated')
      await provider.waitFor((ledger) => ledger.every((entry) => entry.outcome !== 'open'))

      service = await start()
      const rows = await callRows(database.db, { session_id: session })
      expect(rows).toHaveLength(provider.ledger.length)
      expectProviderAgrees(rows.slice(0, 3), provider.ledger.slice(0, 3))
      expect(rows[3]).toMatchObject({
        agent: 'analyst',
        status: 'interrupted',
        error_type: 'interrupted',
        usage_source: 'estimated',
        completion_tokens: null,
        request: { messages: provider.ledger[3]!.messages },
      })
      expect(rows[3]!.prompt_tokens! / provider.ledger[3]!.prompt_tokens).toBeGreaterThan(1 / 3)
      expect(rows[3]!.prompt_tokens! / provider.ledger[3]!.prompt_tokens).toBeLessThan(3)
      expect(rows[3]!.cost_usd).not.toBeNull()

      const info = (await (await service.get(`/api/v1/chat/runs/${runId}`)).json()) as RunInfo
      expect(info.status).toBe('interrupted')
      expect(info.metadata!.usage.llm_calls).toBe(4)
      const read = await allFrames(await service.get(`/api/v1/chat/runs/${runId}/stream?after=7`))
      expect(read).toMatchObject([{ seq: 8, event: { type: 'error', data: { code: 'interrupted' } } }])
      const { metadata } = read[0]!.event.data as ErrorData
      expectTreeAgrees(metadata, rows)

      const stored = () =>
        Promise.all([
          callRows(database.db, { session_id: session }),
          database.db('chat_messages').where({ session_id: session }).orderBy('id'),
        ])
      const before = await stored()
      await kill()
      service = await start()
      expect(await stored()).toEqual(before)
      // What was shipped by then is gone from the disk; the spools that are left are of the living.
      expect(await readdir(join(directory, 'spool'))).toHaveLength(1)
    },
  )
})
