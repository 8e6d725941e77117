import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompleteData, ErrorBody, FlatNode, Message, RunInfo, TraceNode } from '../../../service/wire.ts'
import type { Frame, ServiceUnderTest } from '../../service-under-test.ts'
import { allFrames, frames, serviceUnderTest } from '../../service-under-test.ts'
import { defaultScript } from '../../provider/fake-provider.ts'
import type { Script } from '../../provider/fake-provider.ts'

const QUESTION = 'What are the top 5 product gaps from negative reviews?'

let service: ServiceUnderTest
/** What the provider does; a test may change it for its own chats. */
let script: Script
const usual = defaultScript('The top gap is **battery life** [review:r1].')

beforeAll(async () => {
  service = await serviceUnderTest({ script: { script: (request) => script(request) } })
  script = usual
})
afterAll(() => service.stop())

function ask(body: object = {}, headers?: Record<string, string>): Promise<Response> {
  return service.post('/api/v1/chat/stream', { message: QUESTION, company_id: 'comp-123', ...body }, headers)
}

function contentOf(read: Frame[]): string {
  return read.map(({ event }) => (event.type === 'content' ? event.data.content : '')).join('')
}

function nodesOf(read: Frame[]): FlatNode[] {
  return read.flatMap(({ event }) =>
    event.type === 'tree_update' && 'nodes' in event.data ? event.data.nodes : [],
  )
}

test('a chat streams status, tree and content, and ends with one complete event', async () => {
  const response = await ask({ session_id: 'test-session' })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('x-accel-buffering')).toBe('no')
  expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
  const read = await allFrames(response)

  expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index + 1))
  expect(read[0]!.event).toEqual({ type: 'status', data: { status: 'starting', message: 'Initializing...' } })
  expect(contentOf(read)).toBe('The top gap is **battery life** [review:r1].')
  expect(read.filter(({ event }) => event.type === 'complete' || event.type === 'error')).toHaveLength(1)
  const complete = read.at(-1)!.event.data as CompleteData
  expect(complete).toMatchObject({
    message: 'The top gap is **battery life** [review:r1].',
    session_id: 'test-session',
    run_id: response.headers.get('x-run-id'),
    trace_id: response.headers.get('x-run-id'),
    status: 'ok',
  })
  expect(complete.metadata.usage.llm_calls).toBe(4)
  expect(complete.metadata.visualizations.length).toBeGreaterThan(0)
  const last = read.findLast(({ event }) => event.type === 'tree_update')!.event.data
  expect(complete.metadata.execution_tree).toEqual(last)
})

test('each call is in the tree as running before it has an outcome', async () => {
  const nodes = nodesOf(await allFrames(await ask({ tree: 'delta' })))
  const calls = nodes.filter((node) => node.kind === 'llm')
  const ids = new Set(calls.map((node) => node.id))
  expect(ids.size).toBe(4)
  for (const id of ids) {
    expect(calls.filter((node) => node.id === id).map((node) => node.status)).toEqual(['running', 'ok'])
  }
})

test('the tree is root, agents, then their calls and tools, every child under its parent', async () => {
  const read = await allFrames(await ask())
  const root = (read.at(-1)!.event.data as CompleteData).metadata.execution_tree!
  const shape = (node: TraceNode): unknown => [node.kind, ...node.children.map(shape)]
  expect(shape(root)).toEqual([
    'run',
    ['agent', ['llm']],
    ['agent', ['llm'], ['tool'], ['tool'], ['llm']],
    ['agent', ['llm']],
  ])
})

test('the JSON endpoint answers with the data of complete', async () => {
  const response = await service.post('/api/v1/chat/', {
    message: QUESTION,
    company_id: 'comp-123',
    session_id: 'json',
  })
  expect(response.status).toBe(200)
  const complete = (await response.json()) as CompleteData
  expect(complete.run_id).toBe(response.headers.get('x-run-id'))
  expect(complete.message).toContain('battery life')
  expect(complete.metadata.usage.llm_calls).toBe(4)
})

test('the rows are there when complete is, and the query of the README finds them', async () => {
  const read = await allFrames(await ask({ session_id: 'sql-session' }))
  const { metadata } = read.at(-1)!.event.data as CompleteData
  const { rows } = await service.db.raw(
    "SELECT model, call_type, prompt_tokens, completion_tokens, total_tokens, created_at, metadata FROM llm_calls WHERE session_id = 'sql-session' ORDER BY created_at",
  )
  expect(rows.map((row: { model: string; call_type: string }) => `${row.model} ${row.call_type}`)).toEqual([
    'gpt-5-nano TOOL_USE',
    'gpt-5-nano TOOL_USE',
    'gpt-5-nano CHAT',
    'gpt-5-mini CHAT',
  ])
  const total = rows.reduce((sum: number, row: { total_tokens: number }) => sum + row.total_tokens, 0)
  expect(total).toBe(metadata.usage.total_tokens)
})

test('earlier turns of the session are context for the next', async () => {
  await allFrames(await ask({ session_id: 'two-turns', message: 'What about the battery?' }))
  await allFrames(await ask({ session_id: 'two-turns', message: 'And the case?' }))
  const planner = service.provider.ledger.findLast((entry) => entry.agent === 'planner')!
  expect(planner.messages.map(({ role, content }) => [role, content]).slice(1)).toEqual([
    ['user', 'What about the battery?'],
    ['assistant', 'The top gap is **battery life** [review:r1].'],
    ['user', 'And the case?'],
  ])
})

test.for([
  { body: { message: '' }, field: 'message' },
  { body: { message: '   ' }, field: 'message' },
  { body: { message: 7 }, field: 'message' },
  { body: {}, field: 'message' },
  { body: { message: 'x'.repeat(20_001) }, field: 'message' },
  { body: { message: 'nul \u0000' }, field: 'message' },
  { body: { message: 'hi', session_id: '' }, field: 'session_id' },
  { body: { message: 'hi', session_id: 'x'.repeat(201) }, field: 'session_id' },
  { body: { message: 'hi', session_id: 'line\nbreak' }, field: 'session_id' },
  { body: { message: 'hi', session_id: 5 }, field: 'session_id' },
  { body: { message: 'hi', company_id: 5 }, field: 'company_id' },
  { body: { message: 'hi', tree: 'forest' }, field: 'tree' },
  { body: [], field: 'body' },
])('bad input is 400, names the field and leaves nothing: $body.message', async ({ body, field }) => {
  for (const path of ['/api/v1/chat/stream', '/api/v1/chat/']) {
    const before = await service.db('chat_messages').count()
    const response = await service.post(path, body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toMatchObject({ code: 'invalid_request', details: { field } })
    expect(error.message).toContain(field)
    expect(await service.db('chat_messages').count()).toEqual(before)
  }
})

test('what is no JSON is 415 or 400, what is too large 413, a foreign page 403, an unknown address 404', async () => {
  const path = '/api/v1/chat/stream'
  const send = (body: string, headers: Record<string, string>) =>
    service.request(path, { method: 'POST', body, headers })
  const json = { 'content-type': 'application/json' }
  expect((await send('{"message":"hi"}', { 'content-type': 'text/plain' })).status).toBe(415)
  expect((await send('message=hi', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
  expect((await send('{"message":', json)).status).toBe(400)
  expect((await send(JSON.stringify({ message: 'x'.repeat(2_000_000) }), json)).status).toBe(413)
  expect((await send('{"message":"hi"}', { ...json, origin: 'https://evil.example' })).status).toBe(403)
  expect((await service.request('/api/v1/nothing')).status).toBe(404)
  const refused = (await (await send('{', json)).json()) as ErrorBody
  expect(refused.error.code).toBe('invalid_request')
})

test('an unknown company is 404, another one than the session’s is 409', async () => {
  expect((await ask({ company_id: 'comp-999' })).status).toBe(404)
  await allFrames(await ask({ session_id: 'fixed-company' }))
  const response = await ask({ session_id: 'fixed-company', company_id: 'comp-456' })
  expect(response.status).toBe(409)
  await allFrames(
    await service.post('/api/v1/chat/stream', { message: 'again', session_id: 'fixed-company' }),
  )
  const companies = await service
    .db('llm_calls')
    .where({ session_id: 'fixed-company' })
    .distinct('company_id')
  expect(companies).toEqual([{ company_id: 'comp-123' }])
})

test.for([
  {
    name: 'HTTP 500',
    fault: { kind: 'status', status: 500 },
    code: 'llm_unavailable',
    attempts: 3,
    tokens: false,
  },
  {
    name: 'HTTP 429',
    fault: { kind: 'status', status: 429 },
    code: 'llm_rate_limited',
    attempts: 3,
    tokens: false,
  },
  {
    name: 'HTTP 401',
    fault: { kind: 'status', status: 401 },
    code: 'llm_refused',
    attempts: 1,
    tokens: false,
  },
  {
    name: 'a refused connection',
    fault: { kind: 'refuse' },
    code: 'llm_unreachable',
    attempts: 3,
    tokens: false,
  },
  { name: 'an empty body', fault: { kind: 'empty' }, code: 'llm_cut', attempts: 3, tokens: true },
  {
    name: 'a cut stream',
    fault: { kind: 'cut', afterChunks: 2 },
    code: 'llm_cut',
    attempts: 1,
    tokens: true,
  },
  {
    name: 'a silent end',
    fault: { kind: 'end_without_done', afterChunks: 2 },
    code: 'llm_cut',
    attempts: 1,
    tokens: true,
  },
  {
    name: 'a malformed frame',
    fault: { kind: 'malformed', afterChunks: 2 },
    code: 'llm_malformed',
    attempts: 1,
    tokens: true,
  },
] as const)(
  '$name of the analyst is an error event, a row an attempt, and a session that goes on',
  async ({ fault, code, attempts, tokens, name }) => {
    const session = `fault ${name}`
    script = (request) =>
      request.agent === 'analyst' ? { content: 'one two three four', fault } : usual(request)
    try {
      const failed = await service.post('/api/v1/chat/', {
        message: QUESTION,
        company_id: 'comp-123',
        session_id: session,
      })
      expect(failed.status).toBe(502)
      const { error } = (await failed.json()) as ErrorBody
      expect(error).toMatchObject({ code, details: { run_id: failed.headers.get('x-run-id') } })

      const read = await allFrames(
        await service.request(`/api/v1/chat/runs/${failed.headers.get('x-run-id')}/stream`),
      )
      const end = read.at(-1)!.event
      expect(end).toMatchObject({
        type: 'error',
        data: { code, metadata: { usage: { llm_calls: 3 + attempts } } },
      })
      const rows = await service
        .db('llm_calls')
        .where({ session_id: session, agent: 'analyst' })
        .orderBy('attempt')
      expect(rows.map((row) => row.attempt)).toEqual([1, 2, 3].slice(0, attempts))
      for (const row of rows) {
        expect(row).toMatchObject({
          status: 'error',
          error_type: code,
          usage_source: tokens ? 'estimated' : null,
        })
        expect(row.operation_id).toBe(rows[0].span_id)
        expect(row.prompt_tokens === null).toBe(!tokens)
      }
    } finally {
      script = usual
    }
    const after = await service.post('/api/v1/chat/', { message: 'Once more', session_id: session })
    expect(after.status).toBe(200)
  },
)

test('an empty answer is an error that says so', async () => {
  script = (request) => (request.agent === 'analyst' ? { content: '' } : usual(request))
  try {
    const end = (await allFrames(await ask())).at(-1)!.event
    expect(end).toMatchObject({ type: 'error', data: { code: 'llm_empty', retryable: true } })
  } finally {
    script = usual
  }
})

test('the messages of a session tell the whole conversation, with the tree of each answer', async () => {
  await allFrames(await ask({ session_id: 'history' }))
  const response = await service.request('/api/v1/sessions/history/messages')
  const { messages } = (await response.json()) as { messages: Message[] }
  expect(messages.map(({ role, status }) => `${role} ${status}`)).toEqual(['user ok', 'assistant ok'])
  expect(messages[0]!.content).toBe(QUESTION)
  expect(messages[1]!.metadata!.execution_tree!.kind).toBe('run')
  const run = (await (await service.request(`/api/v1/chat/runs/${messages[1]!.run_id}`)).json()) as RunInfo
  expect(run).toMatchObject({ status: 'ok', message: messages[1]!.content })
})

test('a deleted session is gone, and its bill is not', async () => {
  await allFrames(await ask({ session_id: 'deleted' }))
  expect((await service.request('/api/v1/sessions/deleted', { method: 'DELETE' })).status).toBe(204)
  expect((await service.request('/api/v1/sessions/deleted/messages')).status).toBe(404)
  expect((await service.request('/api/v1/sessions/deleted', { method: 'DELETE' })).status).toBe(404)
  expect(await service.db('llm_calls').where({ session_id: 'deleted' })).toHaveLength(4)
})

test('a reader gets the first event before the provider has said anything', async () => {
  const gate = Promise.withResolvers<void>()
  script = (request) => ({ ...usual(request), holdUntil: { afterChunk: 0, promise: gate.promise } })
  const stream = frames(await ask())
  const first = await stream.next()
  expect(first.value).toMatchObject({ seq: 1, event: { type: 'status', data: { status: 'starting' } } })
  gate.resolve()
  script = usual
  const rest = await Array.fromAsync(stream)
  expect(rest.at(-1)!.event.type).toBe('complete')
})
