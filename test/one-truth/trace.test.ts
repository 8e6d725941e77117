import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompleteData, ErrorData } from '../../service/wire.ts'
import type { OtlpReceiver, OtlpSpan, OtlpTrace } from '../otlp-receiver.ts'
import { plain, spansOf, startOtlpReceiver } from '../otlp-receiver.ts'
import type { TestDatabase } from '../postgres.ts'
import { testDatabase } from '../postgres.ts'
import type { FakeProvider } from '../provider/fake-provider.ts'
import { defaultScript, startFakeProvider } from '../provider/fake-provider.ts'
import type { Script } from '../provider/fake-provider.ts'
import type { Frame } from '../service-under-test.ts'
import { allFrames, frames, readUntil } from '../service-under-test.ts'
import type { CallRow } from './accounts.ts'
import { callRows } from './accounts.ts'
import type { ServiceProcess } from './service-process.ts'
import { startServiceProcess } from './service-process.ts'

// Whatever holds one of these is text of a user or a model, or a secret.
const PROMPT = 'canary-of-the-prompt'
const ANSWER = 'canary-of-the-answer'
const ARGUMENT = 'canary-of-the-argument'
const KEY = 'sk-canary-of-the-key-0123456789'

const usual = defaultScript(`one two three ${ANSWER} five six`)
/** The retriever's first turn calls whatever a model may call, rightly and wrongly, always with an argument that tells. */
const wordy: Script = (request) => {
  const reply = usual(request)
  if (request.agent !== 'retriever' || !reply.toolCalls) return reply
  const calls: [string, object][] = [
    ['search_reviews', { query: ARGUMENT }],
    ['search_reviews', { from: ARGUMENT }],
    ['search_reviews', { attributes: { [ARGUMENT]: 'x' } }],
    ['aggregate_reviews', { group_by: ARGUMENT }],
    ['no_such_tool', { text: ARGUMENT }],
  ]
  return { toolCalls: calls.map(([name, args]) => ({ name, arguments: { ...args } })) }
}

let database: TestDatabase
let provider: FakeProvider
let script: Script

beforeAll(async () => {
  database = await testDatabase()
  provider = await startFakeProvider({ script: (request) => script(request) })
})
afterAll(async () => {
  await provider.close()
  await database.drop()
})

/** A service process that exports to a receiver of its own; what it sent is complete once it has ended. */
async function exporting(env: Record<string, string> = {}) {
  const receiver = await startOtlpReceiver()
  const dataDir = await mkdtemp(join(tmpdir(), 'tracechat-trace-'))
  const service = await startServiceProcess({
    databaseUrl: database.url,
    providerUrl: provider.url,
    dataDir,
    env: { OPENAI_API_KEY: KEY, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, LOG_LEVEL: 'debug', ...env },
  })
  return {
    service,
    receiver,
    async end() {
      service.kill('SIGTERM')
      await service.exited
    },
    async close() {
      service.kill('SIGKILL')
      await service.exited
      await receiver.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

/** One run as its reader saw it, with what is known of it elsewhere. */
interface SeenRun {
  /** x-run-id. */
  id: string
  read: Frame[]
  end: CompleteData | ErrorData
  rows: CallRow[]
  /** As downloaded. */
  trace: OtlpTrace
}

async function chat(service: ServiceProcess, session: string, stopAfter?: string): Promise<SeenRun> {
  const message = `What about ${PROMPT}?`
  const body = { message, session_id: session, company_id: 'comp-123', tree: 'delta' }
  const response = await service.post('/api/v1/chat/stream', body)
  const id = response.headers.get('x-run-id')!
  const read: Frame[] = []
  if (stopAfter === undefined) read.push(...(await allFrames(response)))
  else {
    const stream = frames(response)
    read.push(...(await readUntil(stream, stopAfter)))
    await service.post(`/api/v1/chat/runs/${id}/stop`, {})
    read.push(...(await Array.fromAsync(stream)))
  }
  const end = read.at(-1)!.event.data as CompleteData | ErrorData
  const trace = (await (await service.get(`/api/v1/chat/runs/${id}/trace`)).json()) as OtlpTrace
  return { id, read, end, rows: await callRows(database.db, { session_id: session }), trace }
}

function attributesOf(span: OtlpSpan): Record<string, unknown> {
  return plain(span.attributes)
}

function byId(spans: OtlpSpan[]): OtlpSpan[] {
  return spans.toSorted((one, other) => (one.spanId < other.spanId ? -1 : 1))
}

describe('what an exporting service tells', () => {
  let running: Awaited<ReturnType<typeof exporting>>
  let receiver: OtlpReceiver
  let runs: { ok: SeenRun; failed: SeenRun; stopped: SeenRun; broken: SeenRun }
  let all: SeenRun[]

  function spansOfRun(run: SeenRun): OtlpSpan[] {
    return receiver.spans.filter((span) => span.traceId === run.id)
  }

  function callsOfRun(run: SeenRun): OtlpSpan[] {
    return spansOfRun(run).filter((span) => attributesOf(span)['gen_ai.operation.name'] === 'chat')
  }

  beforeAll(async () => {
    running = await exporting()
    const { service } = running
    script = wordy
    const ok = await chat(service, 'ok')
    script = (request) =>
      request.agent === 'analyst' ? { fault: { kind: 'status', status: 503 } } : usual(request)
    const failed = await chat(service, 'failed')
    script = (request) => ({
      ...usual(request),
      ...(request.agent === 'analyst' ? { fault: { kind: 'stall', afterChunks: 3 } } : {}),
    })
    const stopped = await chat(service, 'stopped', 'three')
    // The tools fail in the database, whose errors quote the query with its values.
    const away: PromiseWithResolvers<void> = Promise.withResolvers()
    script = (request) => ({
      ...wordy(request),
      ...(request.agent === 'retriever' ? { holdUntil: { afterChunk: 0, promise: away.promise } } : {}),
    })
    const breaking = chat(service, 'broken')
    await provider.waitFor(
      (ledger) => ledger.at(-1)!.agent === 'retriever' && ledger.at(-1)!.outcome === 'open',
    )
    await database.db.raw('alter table reviews rename to reviews_away')
    away.resolve()
    const broken = await breaking
    await database.db.raw('alter table reviews_away rename to reviews')
    runs = { ok, failed, stopped, broken }
    all = Object.values(runs)
    await running.end()
    receiver = running.receiver
  })
  afterAll(() => running.close())

  test('the runs ended as they were meant to', () => {
    const ends = all.map(({ read }) => read.at(-1)!.event.type)
    expect(ends).toEqual(['complete', 'error', 'complete', 'complete'])
    expect(runs.stopped.end).toMatchObject({ status: 'stopped' })
    expect(all.map(({ rows }) => rows.length)).toEqual([4, 6, 4, 4])
  })

  test('one id: of the run in the header and the frames, of the rows, the messages and the trace', async () => {
    for (const run of all) {
      expect(run.id).toMatch(/^[0-9a-f]{32}$/)
      expect(run.end.run_id).toBe(run.id)
      if ('trace_id' in run.end) expect(run.end.trace_id).toBe(run.id)
      expect(new Set(run.rows.map((row) => row.trace_id))).toEqual(new Set([run.id]))
      const sessionId = run.rows[0]!.session_id
      const messages = await database.db('chat_messages').where({ session_id: sessionId }).distinct('run_id')
      expect(messages).toEqual([{ run_id: run.id }])
      expect(spansOf(run.trace).every((span) => span.traceId === run.id)).toBe(true)
    }
    const ids = new Set(receiver.spans.map((span) => span.traceId))
    expect(ids).toEqual(new Set(all.map(({ id }) => id)))
  })

  test('a log line that is written during a run carries its id', () => {
    const lines = running.service.logLines().filter((line) => line['msg'] === 'a tool failed')
    expect(lines.length).toBeGreaterThan(0)
    const ids = new Set(lines.map((line) => line['trace_id']))
    expect(ids).toEqual(new Set([runs.ok.id, runs.broken.id]))
  })

  test('the spans of a run are the nodes of its tree, under one root, each below a span that exists', () => {
    for (const run of all) {
      const spans = spansOfRun(run)
      const ids = new Set(spans.map((span) => span.spanId))
      expect(ids.size).toBe(spans.length)
      expect(spans.filter((span) => !span.parentSpanId)).toHaveLength(1)
      for (const span of spans) if (span.parentSpanId) expect(ids).toContain(span.parentSpanId)
      const nodes = run.read.flatMap(({ event }) =>
        event.type === 'tree_update' && 'nodes' in event.data ? event.data.nodes : [],
      )
      expect(new Set(nodes.map((node) => node.id))).toEqual(ids)
      const parents = new Map(nodes.map((node) => [node.id, node.parent_id]))
      for (const span of spans) expect(parents.get(span.spanId)).toBe(span.parentSpanId || null)
    }
  })

  test('a call is a CLIENT span by the GenAI conventions, with the figures of its row', () => {
    const { hostname, port } = new URL(provider.url)
    for (const run of all) {
      const calls = callsOfRun(run)
      expect(calls.map((span) => span.spanId).sort()).toEqual(run.rows.map((row) => row.span_id).sort())
      for (const span of calls) {
        const row = run.rows.find((one) => one.span_id === span.spanId)!
        const named = { name: `chat ${row.model}`, kind: 3, parentSpanId: row.parent_span_id }
        expect(span).toMatchObject(named)
        expect(attributesOf(span)).toMatchObject({
          'gen_ai.provider.name': row.provider,
          'gen_ai.request.model': row.model,
          'gen_ai.agent.name': row.agent,
          'gen_ai.conversation.id': row.session_id,
          'session.id': row.session_id,
          'user.id': row.user_id,
          'server.address': hostname,
          'server.port': Number(port),
        })
        expect(attributesOf(span)['gen_ai.usage.input_tokens'] ?? null).toBe(row.prompt_tokens)
        expect(attributesOf(span)['gen_ai.usage.output_tokens'] ?? null).toBe(row.completion_tokens)
        const cost = attributesOf(span)['gen_ai.usage.cost'] as number | undefined
        expect(cost?.toFixed(12) ?? null).toBe(row.cost_usd)
      }
    }
    for (const span of callsOfRun(runs.ok)) {
      const attributes = attributesOf(span)
      expect(attributes['gen_ai.response.model']).toBe(attributes['gen_ai.request.model'])
      expect(attributes['gen_ai.response.id']).toMatch(/^chatcmpl-fake-/)
      expect([['stop'], ['tool_calls']]).toContainEqual(attributes['gen_ai.response.finish_reasons'])
      expect(attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
      expect(attributes['gen_ai.usage.cache_read.input_tokens']).toBe(0)
      expect(attributes['gen_ai.usage.reasoning.output_tokens']).toBe(0)
    }
  })

  test('the steps around the calls are INTERNAL spans by the same conventions', () => {
    const steps = spansOfRun(runs.ok).filter((span) => span.kind === 1)
    const named = steps.map((span) => `${span.name} = ${attributesOf(span)['gen_ai.operation.name']}`)
    expect(new Set(named)).toEqual(
      new Set([
        'invoke_workflow review_chat = invoke_workflow',
        'invoke_agent planner = invoke_agent',
        'invoke_agent retriever = invoke_agent',
        'invoke_agent analyst = invoke_agent',
        'execute_tool search_reviews = execute_tool',
        'execute_tool aggregate_reviews = execute_tool',
        'execute_tool no_such_tool = execute_tool',
      ]),
    )
    for (const span of steps) {
      expect(attributesOf(span)).toMatchObject({ 'session.id': 'ok', 'gen_ai.conversation.id': 'ok' })
    }
  })

  test('usage and cost are on leaves only, or they would be billed twice', () => {
    const parents = new Set(receiver.spans.map((span) => span.parentSpanId))
    for (const span of receiver.spans) {
      const usage = Object.keys(attributesOf(span)).filter((name) => name.startsWith('gen_ai.usage.'))
      if (parents.has(span.spanId) || span.kind !== 3) expect(usage).toEqual([])
    }
    const leaves = callsOfRun(runs.ok).filter(
      (span) => attributesOf(span)['gen_ai.usage.input_tokens'] !== undefined,
    )
    expect(leaves).toHaveLength(4)
  })

  test('the status messages that were read are events on the steps they speak of', () => {
    for (const run of all) {
      const events = spansOfRun(run).flatMap((span) =>
        (span.events ?? [])
          .filter((event) => event.name === 'app.status')
          .map((event) => ({ span: span.name, at: BigInt(event.timeUnixNano), ...plain(event.attributes) })),
      ) as { span: string; at: bigint; status: string; message: string }[]
      const told = run.read.flatMap(({ event }) =>
        event.type === 'status' ? [`${event.data.status}: ${event.data.message}`] : [],
      )
      expect(events.map(({ status, message }) => `${status}: ${message}`).sort()).toEqual(told.sort())
      const home: Record<string, RegExp> = {
        starting: /^invoke_workflow /,
        context_ready: /^invoke_workflow /,
        stopping: /^invoke_workflow /,
        planning: /^invoke_agent planner$/,
        retrieving: /^invoke_agent retriever$/,
        writing: /^invoke_agent analyst$/,
        retrying: /^invoke_agent analyst$/,
        calling_model: /^chat /,
        running_tool: /^execute_tool /,
      }
      for (const { span, status } of events) {
        expect(home).toHaveProperty(status)
        expect(span).toMatch(home[status]!)
      }
    }
  })

  test('a failure has an error.type and the status ERROR, and nothing else has either', () => {
    function failuresOf(run: SeenRun): string[] {
      const spans = spansOfRun(run)
      for (const span of spans) {
        expect(attributesOf(span)['error.type'] !== undefined).toBe(span.status?.code === 2)
      }
      return spans
        .filter((span) => span.status?.code === 2)
        .map((span) => `${span.name}: ${attributesOf(span)['error.type']}`)
        .sort()
    }
    expect(failuresOf(runs.failed)).toEqual([
      'chat gpt-5-mini: llm_unavailable',
      'chat gpt-5-mini: llm_unavailable',
      'chat gpt-5-mini: llm_unavailable',
      'invoke_agent analyst: llm_unavailable',
      'invoke_workflow review_chat: llm_unavailable',
    ])
    expect(failuresOf(runs.stopped)).toEqual([])
    // The tools that were called wrongly, and not the agent that went on without them.
    expect(failuresOf(runs.ok)).toEqual([
      'execute_tool aggregate_reviews: unknown_column',
      'execute_tool no_such_tool: unknown_tool',
      'execute_tool search_reviews: invalid_request',
      'execute_tool search_reviews: unknown_column',
    ])
    const refused = callsOfRun(runs.failed).find((span) => span.status?.code === 2)!
    expect(attributesOf(refused)).toMatchObject({ 'http.response.status_code': 503 })
  })

  test('no text of a user or a model and no key leaves with the spans', () => {
    const sent = receiver.bodies.join()
    for (const canary of [PROMPT, ANSWER, ARGUMENT, KEY]) expect(sent).not.toContain(canary)
    expect(sent).not.toContain('gen_ai.input.messages')
    expect(sent).not.toContain('gen_ai.output.messages')
    const question = provider.ledger.some((entry) => JSON.stringify(entry.messages).includes(PROMPT))
    expect(question, 'the canary was asked').toBe(true)
  })

  test('the reader is told what went wrong with a step, and the exported span its code only', () => {
    const nodes = runs.ok.read.flatMap(({ event }) =>
      event.type === 'tree_update' && 'nodes' in event.data ? event.data.nodes : [],
    )
    const told = nodes.map((node) => node.error?.message)
    expect(told).toContainEqual(expect.stringContaining(`"${ARGUMENT}" is not a date`))
  })

  test('the trace to download is the trace that was exported, span by span', () => {
    for (const run of all) expect(byId(spansOf(run.trace))).toEqual(byId(spansOfRun(run)))
  })
})

describe('a service that is told to export message content', () => {
  test('puts what was asked and answered on the calls, and a key in neither', async () => {
    const running = await exporting({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' })
    try {
      script = (request) =>
        request.agent === 'analyst' ? { content: `${ANSWER}, and your key is ${KEY}` } : usual(request)
      const run = await chat(running.service, 'captured')
      await running.end()
      const calls = running.receiver.spans
        .filter((span) => span.kind === 3)
        .map((span) => ({ spanId: span.spanId, ...attributesOf(span) }) as Record<string, unknown>)
      expect(calls).toHaveLength(4)
      for (const call of calls) {
        const input = JSON.parse(String(call['gen_ai.input.messages'])) as Message[]
        expect(input.map(({ role }) => role).slice(0, 2)).toEqual(['system', 'user'])
        expect(textOf(input)).toContain(PROMPT)
        const output = JSON.parse(String(call['gen_ai.output.messages'])) as Message[]
        expect(output.map(({ role }) => role)).toEqual(['assistant'])
      }
      const output = (agent: string) => {
        const call = calls.find((one) => one['gen_ai.agent.name'] === agent)!
        return JSON.parse(String(call['gen_ai.output.messages'])) as Message[]
      }
      expect(textOf(output('analyst'))).toContain(ANSWER)
      expect(output('planner')[0]!.parts).toMatchObject([{ type: 'tool_call', name: 'retrieve' }])
      expect(running.receiver.bodies.join()).not.toContain(KEY)
      expect(JSON.stringify(run.trace)).not.toContain(KEY)
      expect(running.service.output()).not.toContain(KEY)
    } finally {
      await running.close()
    }
  })
})

interface Message {
  role: string
  parts: { type: string; content?: string }[]
}

function textOf(messages: Message[]): string {
  return messages
    .flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.content : '')))
    .join('\n')
}
