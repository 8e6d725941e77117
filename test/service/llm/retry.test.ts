import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompleteData, FlatNode } from '../../../service/wire.ts'
import { defaultScript } from '../../provider/fake-provider.ts'
import type { Reply, Script } from '../../provider/fake-provider.ts'
import type { Frame, ServiceUnderTest } from '../../service-under-test.ts'
import { allFrames, serviceUnderTest } from '../../service-under-test.ts'

const usual = defaultScript('the whole answer')

let service: ServiceUnderTest
let script: Script

beforeAll(async () => {
  service = await serviceUnderTest({
    script: { script: (request) => script(request) },
    env: { ANALYST_FALLBACK_MODEL: 'gpt-4.1-mini' },
  })
})
afterAll(() => service.stop())

/** The analyst replies with each of these in turn, and then as usual. */
function analystReplies(...replies: Partial<Reply>[]): void {
  script = (request) => {
    const special = request.agent === 'analyst' ? replies.shift() : undefined
    return { ...usual(request), ...special }
  }
}

async function ask(session: string): Promise<Frame[]> {
  return allFrames(
    await service.post('/api/v1/chat/stream', {
      message: 'x',
      company_id: 'comp-123',
      session_id: session,
      tree: 'delta',
    }),
  )
}

function analystRows(session: string) {
  return service.db('llm_calls').where({ session_id: session, agent: 'analyst' }).orderBy('attempt')
}

function textOf(read: Frame[]): string {
  return read.map(({ event }) => (event.type === 'content' ? event.data.content : '')).join('')
}

test('a busy provider is asked again after the pause it wants, as a sibling span and a row of its own', async () => {
  analystReplies({ fault: { kind: 'status', status: 429, retryAfter: 1 } })
  const read = await ask('busy')
  const complete = read.at(-1)!.event.data as CompleteData
  expect(complete).toMatchObject({ status: 'ok', message: 'the whole answer' })
  expect(textOf(read)).toBe('the whole answer')
  expect(read.map(({ event }) => event)).toContainEqual({
    type: 'status',
    data: { status: 'retrying', message: 'gpt-5-mini is busy. Retry 2 of 3 in 1 s' },
  })

  const rows = await analystRows('busy')
  expect(rows.map((row) => `${row.attempt} ${row.status}`)).toEqual(['1 error', '2 ok'])
  expect(rows[1].operation_id).toBe(rows[0].span_id)
  expect(rows[1].parent_span_id).toBe(rows[0].parent_span_id)
  const calls = service.provider.ledger.filter((entry) => entry.agent === 'analyst')
  expect(calls.at(-1)!.at - calls.at(-2)!.at).toBeGreaterThanOrEqual(1000)
})

test('the step that waits shows it, until the next attempt is under way', async () => {
  analystReplies({ fault: { kind: 'status', status: 503 } })
  const read = await ask('shown')
  const states = read
    .flatMap(({ event }) => (event.type === 'tree_update' && 'nodes' in event.data ? event.data.nodes : []))
    .filter((node: FlatNode) => node.name === 'invoke_agent analyst')
    .map((node) => node.status)
  expect(states).toEqual(['running', 'retrying', 'running', 'ok'])
})

test('an answer that had begun is not begun again: no text comes twice', async () => {
  analystReplies({ fault: { kind: 'cut', afterChunks: 2 } })
  const read = await ask('begun')
  expect(read.at(-1)!.event).toMatchObject({ type: 'error', data: { code: 'llm_cut' } })
  expect(textOf(read).trim()).toBe('the whole')
  expect(await analystRows('begun')).toHaveLength(1)
})

test('a model that never answers is replaced by its fallback, under the same operation', async () => {
  const busy = { fault: { kind: 'status', status: 503 } } as const
  analystReplies(busy, busy, busy)
  const read = await ask('fallback')
  expect(read.at(-1)!.event).toMatchObject({ type: 'complete', data: { message: 'the whole answer' } })
  const rows = await analystRows('fallback')
  expect(rows.map((row) => `${row.attempt} ${row.model} ${row.status}`)).toEqual([
    '1 gpt-5-mini error',
    '2 gpt-5-mini error',
    '3 gpt-5-mini error',
    '4 gpt-4.1-mini ok',
  ])
  expect(new Set(rows.map((row) => row.operation_id)).size).toBe(1)
})

test('a pause that is too long is not waited for', async () => {
  analystReplies(
    ...Array.from(
      { length: 2 },
      () => ({ fault: { kind: 'status', status: 429, retryAfter: 600 } }) as const,
    ),
  )
  await ask('too long')
  expect((await analystRows('too long')).map((row) => row.model)).toEqual(['gpt-5-mini', 'gpt-4.1-mini'])
})

test('a stop during the pause ends the run at once', async () => {
  analystReplies({ fault: { kind: 'status', status: 429, retryAfter: 15 } })
  const earlier = service.provider.ledger.length
  const response = await service.post('/api/v1/chat/stream', {
    message: 'x',
    company_id: 'comp-123',
    session_id: 'paused',
  })
  const runId = response.headers.get('x-run-id')!
  await service.provider.waitFor((ledger) => ledger.slice(earlier).some((entry) => entry.outcome === 'error'))
  await service.post(`/api/v1/chat/runs/${runId}/stop`, {})
  expect((await allFrames(response)).at(-1)!.event).toMatchObject({
    type: 'complete',
    data: { status: 'stopped' },
  })
  expect(await analystRows('paused')).toHaveLength(1)
})
