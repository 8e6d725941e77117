import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppOptions } from '../../../service/http/app.ts'
import { apiRouters } from '../../../service/http/app.ts'
import type { CompleteData, ErrorBody } from '../../../service/wire.ts'
import type { ServiceUnderTest } from '../../service-under-test.ts'
import { serviceUnderTest } from '../../service-under-test.ts'

/** What alice, who owns everything below, made. */
const owned = { runId: '', spanId: '', sessionId: 'alice-session', reviewId: '' }

interface Case {
  body?: object
  /** Status for: the owner; another user of the same company; a user outside the company; nobody. */
  owner: number
  colleague: number
  outsider: number
}

/** Every route of the API. Someone else's is 404; what lists or sums shows one's own alone. */
const routes: Record<string, (ids: typeof owned) => [path: string, expected: Case]> = {
  'POST /api/v1/chat/stream': () => [
    '/api/v1/chat/stream',
    { body: { message: 'hi', company_id: 'comp-123' }, owner: 200, colleague: 200, outsider: 404 },
  ],
  'POST /api/v1/chat/': () => [
    '/api/v1/chat/',
    { body: { message: 'hi', company_id: 'comp-123' }, owner: 200, colleague: 200, outsider: 404 },
  ],
  'POST /api/v1/chat': () => [
    '/api/v1/chat',
    { body: { message: 'hi', company_id: 'comp-123' }, owner: 200, colleague: 200, outsider: 404 },
  ],
  'GET /api/v1/chat/runs/:run_id': ({ runId }) => [`/api/v1/chat/runs/${runId}`, ownersAlone(200)],
  'GET /api/v1/chat/runs/:run_id/stream': ({ runId }) => [
    `/api/v1/chat/runs/${runId}/stream`,
    ownersAlone(200),
  ],
  'POST /api/v1/chat/runs/:run_id/stop': ({ runId }) => [`/api/v1/chat/runs/${runId}/stop`, ownersAlone(200)],
  'GET /api/v1/chat/runs/:run_id/trace': ({ runId }) => [
    `/api/v1/chat/runs/${runId}/trace`,
    ownersAlone(200),
  ],
  'GET /api/v1/chat/runs/:run_id/receipt': ({ runId }) => [
    `/api/v1/chat/runs/${runId}/receipt`,
    ownersAlone(200),
  ],
  'GET /api/v1/sessions': () => ['/api/v1/sessions', everyone()],
  'GET /api/v1/sessions/:session_id/messages': ({ sessionId }) => [
    `/api/v1/sessions/${sessionId}/messages`,
    ownersAlone(200),
  ],
  'DELETE /api/v1/sessions/:session_id': ({ sessionId }) => [
    `/api/v1/sessions/${sessionId}`,
    ownersAlone(204),
  ],
  'GET /api/v1/companies': () => ['/api/v1/companies', everyone()],
  'GET /api/v1/reviews/:review_id': ({ reviewId }) => [
    `/api/v1/reviews/${reviewId}`,
    { owner: 200, colleague: 200, outsider: 404 },
  ],
  'GET /api/v1/me': () => ['/api/v1/me', everyone()],
  'GET /api/v1/analytics/models': () => ['/api/v1/analytics/models', everyone()],
  'GET /api/v1/analytics/sessions': () => ['/api/v1/analytics/sessions', everyone()],
  'GET /api/v1/analytics/users': () => ['/api/v1/analytics/users', everyone()],
  'GET /api/v1/analytics/queries': () => ['/api/v1/analytics/queries', everyone()],
  'GET /api/v1/llm-calls': () => ['/api/v1/llm-calls', everyone()],
  'GET /api/v1/llm-calls/export': () => ['/api/v1/llm-calls/export?format=ndjson', everyone()],
  'GET /api/v1/llm-calls/:trace_id/:span_id': ({ runId, spanId }) => [
    `/api/v1/llm-calls/${runId}/${spanId}`,
    ownersAlone(200),
  ],
}

function ownersAlone(status: number): Case {
  return { owner: status, colleague: 404, outsider: 404 }
}
function everyone(): Case {
  return { owner: 200, colleague: 200, outsider: 200 }
}

let service: ServiceUnderTest

async function as(user: string | null, method: string, path: string, body?: object): Promise<Response> {
  return service.request(path, {
    method,
    headers: {
      ...(user === null ? {} : { 'x-forwarded-user': user }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

beforeAll(async () => {
  service = await serviceUnderTest({ env: { AUTH_MODE: 'proxy' } })
  await service.db('company_members').insert([
    { company_id: 'comp-123', user_id: 'alice' },
    { company_id: 'comp-123', user_id: 'bob' },
  ])
})
afterAll(() => service.stop())

/** A session, a run and a call of alice's, made anew because one of the routes deletes them. */
async function alicesThings(): Promise<typeof owned> {
  const body = { message: 'What is wrong?', session_id: owned.sessionId, company_id: 'comp-123' }
  const complete = (await (await as('alice', 'POST', '/api/v1/chat/', body)).json()) as CompleteData
  const call = await service.db('llm_calls').where({ trace_id: complete.run_id }).first()
  const review = await service.db('reviews').where({ company_id: 'comp-123' }).first()
  return {
    runId: complete.run_id,
    spanId: call.span_id,
    sessionId: owned.sessionId,
    reviewId: review.review_id,
  }
}

test('the table below knows every route of the API', () => {
  // The routers only remember what they are given; nothing is called here.
  const nothing = { maxMessageChars: 1 } as unknown as AppOptions
  const known = apiRouters(nothing).flatMap((router) =>
    router.stack.flatMap((layer) =>
      layer.methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(layer.path)}`),
    ),
  )
  const normalised = known.map((route) =>
    route.endsWith('/') && route !== 'POST /api/v1/chat/' ? route.slice(0, -1) : route,
  )
  expect(normalised.sort()).toEqual(Object.keys(routes).sort())
})

test.for(Object.keys(routes))('%s: the owner may, others see nothing, and nobody is 401', async (route) => {
  const [method] = route.split(' ') as [string, string]
  const [path, expected] = routes[route]!(await alicesThings())
  expect((await as(null, method, path, expected.body)).status).toBe(401)
  for (const [user, status] of [
    ['mallory', expected.outsider],
    ['bob', expected.colleague],
    ['alice', expected.owner],
  ] as const) {
    const response = await as(user, method, path, expected.body)
    expect(`${user} ${response.status}`).toBe(`${user} ${status}`)
    const text = await response.text()
    if (user !== 'alice' && response.status === 200) expect(text).not.toContain(owned.sessionId)
  }
})

test('what is someone else’s cannot be told from what does not exist', async () => {
  const { runId } = await alicesThings()
  const answers = await Promise.all(
    [runId, 'f'.repeat(32)].map(async (id) => {
      const body = (await (await as('mallory', 'GET', `/api/v1/chat/runs/${id}`)).json()) as ErrorBody
      return { ...body.error, message: body.error.message.replace(id, 'ID') }
    }),
  )
  expect(answers[0]).toEqual(answers[1])
})

test('the same session name of two users is two sessions', async () => {
  await alicesThings()
  const body = { message: 'mine', session_id: owned.sessionId, company_id: 'comp-123' }
  expect((await as('bob', 'POST', '/api/v1/chat/', body)).status).toBe(200)
  const messages = await (await as('bob', 'GET', `/api/v1/sessions/${owned.sessionId}/messages`)).text()
  expect(messages).not.toContain('What is wrong?')
})

test('a review of another company never reaches the model, whatever it asks for', async () => {
  await service
    .db('reviews')
    .insert({ company_id: 'comp-456', source_key: 'canary', text: 'canary-456 battery life terrible' })
  await as('mallory', 'POST', '/api/v1/chat/', { message: 'battery canary-456', company_id: 'comp-456' })
  await alicesThings()
  const sent = service.provider.ledger.filter((entry) => JSON.stringify(entry.messages).includes('comp-123'))
  expect(sent.length).toBeGreaterThan(0)
  expect(JSON.stringify(sent.map((entry) => entry.messages))).not.toContain('canary-456')
})

test('a name that is no plain name, or came twice, is nobody', async () => {
  for (const name of ['', ' ', 'a,b', 'x'.repeat(201)]) {
    expect((await as(name, 'GET', '/api/v1/me')).status).toBe(401)
  }
})
