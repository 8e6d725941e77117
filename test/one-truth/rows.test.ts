import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompleteData, ErrorData, RunMetadata } from '../../service/wire.ts'
import type { LedgerEntry, Reply, Script } from '../provider/fake-provider.ts'
import { defaultScript } from '../provider/fake-provider.ts'
import type { ServiceUnderTest } from '../service-under-test.ts'
import { allFrames, frames, readUntil, serviceUnderTest } from '../service-under-test.ts'
import type { CallRow } from './accounts.ts'
import { callRows, costOf, expectProviderAgrees, expectTreeAgrees } from './accounts.ts'
import { startWholeAnswers } from './whole-answers.ts'

const usual = defaultScript('one two three four five six seven eight')

let service: ServiceUnderTest
/** What the provider does; each test sets its own. */
let script: Script
const scripted = { script: { script: ((request) => script(request)) as Script } }

interface Chat {
  session: string
  user?: string
  /** Names the run in every request to the provider. */
  message?: string
}

function ask(
  { session, user = 'ann', message = questionOf(session) }: Chat,
  signal?: AbortSignal,
): Promise<Response> {
  return service.request('/api/v1/chat/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-user': user },
    body: JSON.stringify({ message, session_id: session, company_id: 'comp-123' }),
    ...(signal ? { signal } : {}),
  })
}

/** Found in no review and in no other question. */
function questionOf(session: string): string {
  return `<${session}>?`
}

function runIdOf(response: Response): string {
  return response.headers.get('x-run-id')!
}

async function endOf(response: Response): Promise<CompleteData | ErrorData> {
  const { event } = (await allFrames(response)).at(-1)!
  if (event.type !== 'complete' && event.type !== 'error') throw new Error('the stream has no end')
  return event.data
}

/** What the provider served of a run, by the run's own question; earlier questions of its session are context. */
function served(message: string): LedgerEntry[] {
  return service.provider.ledger.filter((entry) =>
    String(entry.messages.findLast(({ role }) => role === 'user')?.content).includes(message),
  )
}

/** Rows, provider and tree of a run, compared; the rows by agent for what else there is to say of them. */
async function expectOneTruth(runId: string, message: string, metadata: RunMetadata) {
  const rows = await callRows(service.db, { trace_id: runId })
  await service.provider.waitFor(() => served(message).every((entry) => entry.outcome !== 'open'))
  expectProviderAgrees(rows, served(message))
  expectTreeAgrees(metadata, rows)
  return rows
}

async function expectChat(session: string): Promise<{ rows: CallRow[]; end: CompleteData | ErrorData }> {
  const end = await endOf(await ask({ session }))
  return { end, rows: await expectOneTruth(end.run_id, questionOf(session), end.metadata) }
}

/** The usual team, whose member answers in this way instead. */
function only(agent: LedgerEntry['agent'], reply: Reply): Script {
  return (request) => (request.agent === agent ? { ...usual(request), ...reply } : usual(request))
}

describe('a provider that streams', () => {
  beforeAll(async () => {
    service = await serviceUnderTest({ ...scripted, env: { AUTH_MODE: 'proxy' } })
  })
  afterAll(() => service.stop())

  test('a plain chat: the planner’s, the retriever’s two and the analyst’s calls are the rows', async () => {
    script = usual
    const { rows, end } = await expectChat('plain')
    expect(rows.map((row) => row.agent)).toEqual(['planner', 'retriever', 'retriever', 'analyst'])
    expect(rows.every((row) => row.usage_source === 'provider' && row.status === 'ok')).toBe(true)
    expect(end.metadata.usage).toMatchObject({ llm_calls: 4, unpriced_calls: 0 })
    expect(end.metadata.usage.cost_usd).toBeGreaterThan(0)
  })

  test.for(['one', 'many'] as const)('tool calls in %s chunks are billed alike', async (toolCallChunks) => {
    script = (request) => ({ ...usual(request), toolCallChunks })
    const { rows } = await expectChat(`tool calls in ${toolCallChunks}`)
    const { rows: types } = (await service.db.raw(
      'select agent, call_type, finish_reason from llm_calls where trace_id = ? order by created_at',
      [rows[0]!.trace_id],
    )) as { rows: object[] }
    expect(types).toEqual([
      { agent: 'planner', call_type: 'TOOL_USE', finish_reason: 'tool_calls' },
      { agent: 'retriever', call_type: 'TOOL_USE', finish_reason: 'tool_calls' },
      { agent: 'retriever', call_type: 'CHAT', finish_reason: 'stop' },
      { agent: 'analyst', call_type: 'CHAT', finish_reason: 'stop' },
    ])
  })

  test('twelve runs at once of several users and sessions do not mix, and their sums are the provider’s', async () => {
    // Each holds its answer until all twelve are writing, so that they are under way together.
    const together: PromiseWithResolvers<void> = Promise.withResolvers()
    script = (request) => ({
      ...usual(request),
      ...(request.agent === 'analyst' ? { holdUntil: { afterChunk: 2, promise: together.promise } } : {}),
    })
    const chats = Array.from({ length: 12 }, (_, index) => ({
      user: `user-${index % 3}`,
      // The same name is another session for another user.
      session: `at once ${index % 2}`,
      message: questionOf(`together ${index}`),
    }))
    const all = Promise.all(chats.map(async (chat) => ({ chat, end: await endOf(await ask(chat)) })))
    await service.provider.waitFor(
      (ledger) =>
        ledger.filter((one) => one.agent === 'analyst' && one.outcome === 'open' && one.chunks_sent === 2)
          .length === 12,
    )
    together.resolve()
    const ended = await all
    expect(new Set(ended.map(({ end }) => end.run_id)).size).toBe(12)
    for (const { chat, end } of ended) {
      const rows = await expectOneTruth(end.run_id, chat.message, end.metadata)
      for (const row of rows) expect(row).toMatchObject({ user_id: chat.user, session_id: chat.session })
    }
    for (const user of ['user-0', 'user-1', 'user-2']) {
      const own = ended.filter(({ chat }) => chat.user === user)
      const asked = own.flatMap(({ chat }) => served(chat.message))
      const rows = await callRows(service.db, { user_id: user })
      expect(rows).toHaveLength(16)
      expect(rows.reduce((total, row) => total + row.total_tokens!, 0)).toBe(
        asked.reduce((total, entry) => total + entry.usage_reported!.total_tokens, 0),
      )
      const told = own.reduce((total, { end }) => total + end.metadata.usage.cost_usd!, 0)
      expect(told.toFixed(12)).toBe(costOf(rows))
    }
  })

  test.for([
    ['HTTP 500', { kind: 'status', status: 500 }, 500],
    ['HTTP 429', { kind: 'status', status: 429, retryAfter: 1 }, 429],
    ['a refused connection', { kind: 'refuse' }, undefined],
  ] as const)(
    '%s: every attempt is a row without tokens, and none is billed',
    async ([name, fault, status]) => {
      script = only('analyst', { fault })
      const { rows, end } = await expectChat(`refused by ${name}`)
      const attempts = rows.filter((row) => row.agent === 'analyst')
      expect(attempts.map((row) => row.attempt)).toEqual([1, 2, 3])
      for (const row of attempts) {
        expect(row).toMatchObject({ status: 'error', total_tokens: null, cost_usd: null })
        expect(row.metadata.http_status).toBe(status)
      }
      expect(end.metadata.usage.unpriced_calls).toBe(0)
    },
  )

  test('an attempt that fails and the one that helps are two rows of one operation, side by side', async () => {
    const tried: string[] = []
    script = (request) => {
      if (request.agent !== 'analyst' || tried.push('once') > 1) return usual(request)
      return { content: 'x', fault: { kind: 'cut', afterChunks: 0 } }
    }
    const { rows, end } = await expectChat('second attempt')
    expect(end).toMatchObject({ status: 'ok' })
    const [first, second] = rows.filter((row) => row.agent === 'analyst')
    expect(first).toMatchObject({ status: 'error', attempt: 1, operation_id: first!.span_id })
    expect(second).toMatchObject({
      status: 'ok',
      attempt: 2,
      operation_id: first!.span_id,
      parent_span_id: first!.parent_span_id,
    })
  })

  test.for([
    ['cut after words', { kind: 'cut', afterChunks: 3 }],
    ['cut before a word', { kind: 'cut', afterChunks: 0 }],
    ['ended too early', { kind: 'end_without_done', afterChunks: 3 }],
    ['broken by nonsense', { kind: 'malformed', afterChunks: 3 }],
  ] as const)('a stream %s is a row with an estimate, and the estimate is billed', async ([name, fault]) => {
    script = only('analyst', { fault })
    const { rows } = await expectChat(`stream ${name}`)
    expect(rows.at(-1)).toMatchObject({ agent: 'analyst', status: 'error', usage_source: 'estimated' })
    expect(rows.at(-1)!.cost_usd).not.toBeNull()
  })

  test('a stream cut after a running total is billed by the last one that came', async () => {
    script = only('analyst', { usage: 'cumulative', fault: { kind: 'cut', afterChunks: 3 } })
    const { rows } = await expectChat('cut with totals')
    expect(rows.at(-1)).toMatchObject({ status: 'error', usage_source: 'provider' })
  })

  test('a stop cancels the call that is under way, and what came of it is billed', async () => {
    script = only('analyst', { holdUntil: { afterChunk: 3, promise: new Promise(() => undefined) } })
    const response = await ask({ session: 'stopped' })
    const stream = frames(response)
    await readUntil(stream, 'three')
    await service.request(`/api/v1/chat/runs/${runIdOf(response)}/stop`, {
      method: 'POST',
      headers: { 'x-forwarded-user': 'ann' },
    })
    const end = (await Array.fromAsync(stream)).at(-1)!.event.data as CompleteData
    expect(end.status).toBe('stopped')
    const rows = await expectOneTruth(end.run_id, questionOf('stopped'), end.metadata)
    expect(rows.at(-1)).toMatchObject({ status: 'cancelled', usage_source: 'estimated', error_type: null })
  })

  test('a reader who leaves changes nothing: the run ends by itself, and every row is as it would have been', async () => {
    const gone: PromiseWithResolvers<void> = Promise.withResolvers()
    script = only('analyst', { holdUntil: { afterChunk: 3, promise: gone.promise } })
    const reader = new AbortController()
    const response = await ask({ session: 'left' }, reader.signal)
    await readUntil(frames(response), 'one')
    reader.abort()
    const look = (path: string) =>
      service.request(`/api/v1/chat/runs/${runIdOf(response)}${path}`, {
        headers: { 'x-forwarded-user': 'ann' },
      })
    // By the time it has answered others it knows that the reader is gone.
    for (let times = 0; times < 3; times++) {
      expect(await (await look('')).json()).toMatchObject({ status: 'running' })
    }
    gone.resolve()
    const end = await endOf(await look('/stream'))
    const rows = await expectOneTruth(end.run_id, questionOf('left'), end.metadata)
    expect(rows.map((row) => row.status)).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('usage that nobody reports is estimated and marked, never 0', async () => {
    script = (request) => ({ ...usual(request), usage: 'none' })
    const { rows } = await expectChat('unreported')
    expect(rows.map((row) => row.usage_source)).toEqual(Array(4).fill('estimated'))
    expect(rows.map((row) => row.status)).toEqual(Array(4).fill('ok'))
  })

  test('of a running total only the last counts', async () => {
    script = (request) => ({ ...usual(request), usage: 'cumulative' })
    const { rows } = await expectChat('cumulative')
    expect(rows.map((row) => row.usage_source)).toEqual(Array(4).fill('provider'))
  })

  test('cached and reasoning tokens are parts of prompt and completion, and are not paid twice', async () => {
    script = only('analyst', {
      usage: { prompt_tokens: 1_000, completion_tokens: 100, cached_tokens: 400, reasoning_tokens: 60 },
    })
    const { rows } = await expectChat('subsets')
    expect(rows.at(-1)).toMatchObject({ total_tokens: 1_100, cached_tokens: 400, reasoning_tokens: 60 })
    // gpt-5-mini: $0.25 a million of prompt, $0.025 of cached prompt, $2 of completion.
    expect(rows.at(-1)!.cost_usd).toBe('0.000360000000')
  })

  test('more cached than prompt tokens, as some gateways say, still leaves an ended and priced row', async () => {
    script = only('analyst', { usage: { prompt_tokens: 10, completion_tokens: 5, cached_tokens: 400 } })
    const { rows } = await expectChat('too many cached')
    expect(rows.at(-1)).toMatchObject({ status: 'ok', prompt_tokens: 10, cached_tokens: 400 })
    expect(rows.at(-1)!.cost_usd).not.toBeNull()
  })

  test('the provider’s own price is the price, rounded once to twelve places', async () => {
    script = (request) => ({
      ...usual(request),
      usage: { prompt_tokens: 100, completion_tokens: 10, cost: 0.000_123_456_789_987_6 },
    })
    const { rows, end } = await expectChat('own price')
    expect(rows.map((row) => row.cost_usd)).toEqual(Array(4).fill('0.000123456790'))
    expect(rows.map((row) => row.price_source)).toEqual(Array(4).fill('provider'))
    expect(end.metadata.usage.cost_usd).toBe(0.000_493_827_16)
  })

  test('a figure that fits in no row is unknown, and costs neither the row nor the other figures', async () => {
    script = only('analyst', { usage: { prompt_tokens: 3_000_000_000, completion_tokens: 5, cost: 1e300 } })
    const end = await endOf(await ask({ session: 'absurd' }))
    const rows = await callRows(service.db, { trace_id: end.run_id })
    expect(rows.at(-1)).toMatchObject({ status: 'ok', prompt_tokens: null, completion_tokens: 5 })
    expectTreeAgrees(end.metadata, rows)
  })

  test('text that PostgreSQL cannot hold costs neither a row nor the answer', async () => {
    const odd = 'nul \u0000, half a pair \ud800'
    script = (request) => {
      const reply = usual(request)
      if (request.agent === 'analyst') return { content: `See [review:\ud800].`, finishReason: odd }
      if (request.agent === 'planner' || !reply.toolCalls) return reply
      const search = { name: 'search_reviews', arguments: { query: odd } }
      return { toolCalls: [...reply.toolCalls, search, { name: odd, arguments: odd }] }
    }
    const { end } = await expectChat('odd text')
    const stored = await service.db('chat_messages').where({ run_id: end.run_id, role: 'assistant' }).first()
    expect(stored).toMatchObject({ status: 'ok', metadata: end.metadata })
  })
})

describe('a provider that answers whole', () => {
  let gateway: Awaited<ReturnType<typeof startWholeAnswers>>
  beforeAll(async () => {
    gateway = await startWholeAnswers(() => service.provider.url)
    service = await serviceUnderTest({
      ...scripted,
      env: { AUTH_MODE: 'proxy', OPENAI_BASE_URL: gateway.url, PLANNER_MODEL: 'acme/model-without-a-price' },
    })
  })
  afterAll(async () => {
    await service.stop()
    await gateway.close()
  })

  test('its JSON is billed like a stream, and a model without a price is counted and not priced', async () => {
    script = usual
    const { rows, end } = await expectChat('whole')
    expect(served(questionOf('whole')).map((entry) => entry.stream)).toEqual([false, false, false, false])
    expect(rows[0]).toMatchObject({ usage_source: 'provider', cost_usd: null, price_source: null })
    expect(end.metadata.usage).toMatchObject({ llm_calls: 4, unpriced_calls: 1 })
    expect(end.metadata.usage.cost_usd).toBeGreaterThan(0)
  })

  test('without usage it is estimated, the reasoning that it shows included', async () => {
    const reasoning = 'because '.repeat(200)
    script = (request) => ({ ...usual(request), reasoning, usage: 'none' })
    const { rows } = await expectChat('whole, unreported')
    expect(rows.map((row) => row.usage_source)).toEqual(Array(4).fill('estimated'))
  })

  test('an answer that breaks off in the middle is a cut one, with an estimate', async () => {
    script = only('analyst', { fault: { kind: 'cut', afterChunks: 0 } })
    const end = (await endOf(await ask({ session: 'whole, cut' }))) as ErrorData
    expect(end.code).toBe('llm_cut')
    const rows = await callRows(service.db, { trace_id: end.run_id })
    expect(rows.at(-1)).toMatchObject({ status: 'error', usage_source: 'estimated', completion_tokens: null })
    expectTreeAgrees(end.metadata, rows)
  })
})
