import { afterAll, beforeAll, expect, test } from 'vitest'
import { CALL_COLUMNS } from '../../../service/bill/call-store.ts'
import type { CallPosition, CallStore } from '../../../service/bill/call-store.ts'
import { createCallStore, ownerOfRun } from '../../../service/db/call-store.ts'
import { ensureCompany, mayUseCompany } from '../../../service/db/companies.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'
import { UNKNOWN_USAGE, at, bill, call, run } from '../bill/example-bill.ts'

let database: TestDatabase
let calls: CallStore
beforeAll(async () => {
  database = await testDatabase()
  calls = createCallStore(database.db)
})
afterAll(() => database.drop())

const ids = (page: { calls: { span_id: string }[] }) => page.calls.map(({ span_id }) => span_id)

test('a row is read as it was written: decimals as text, unknown tokens as null', async () => {
  const written = call({
    user_id: 'reader',
    usage: { ...UNKNOWN_USAGE, prompt_tokens: 7, total_tokens: 7 },
    cost_usd: '0.000000000001',
  })
  await bill(database.db, [written], { prompt: 'Why?', response: 'Because.' })
  const { usage, ...rest } = written
  const page = await calls.list('reader', {}, { limit: 10 })
  expect(page).toEqual({
    calls: [{ ...rest, ...usage, prompt: 'Why?', response: 'Because.' }],
    next: null,
  })
})

test('the columns of an export are the columns of the table', async () => {
  const { rows } = await database.db.raw(
    `select column_name from information_schema.columns where table_name = 'llm_calls'`,
  )
  expect([...CALL_COLUMNS].sort()).toEqual(
    rows.map(({ column_name }: { column_name: string }) => column_name).sort(),
  )
})

test('pages follow each other without a gap or a repeat, even where calls start in the same millisecond', async () => {
  const written = Array.from({ length: 23 }, (_, i) =>
    call({ user_id: 'pages', created_at: at(Math.floor(i / 5)), trace_id: (i % 3).toString().repeat(32) }),
  )
  await bill(database.db, written)
  const seen: string[] = []
  let after: CallPosition | undefined
  do {
    const page = await calls.list('pages', {}, { limit: 4, after })
    expect(page.calls.length).toBeLessThanOrEqual(4)
    seen.push(...ids(page))
    after = page.next ?? undefined
  } while (after)
  expect(seen).toHaveLength(23)
  expect(new Set(seen)).toEqual(new Set(written.map(({ span_id }) => span_id)))
})

test('the newest call comes first', async () => {
  const [older, newer] = [
    call({ user_id: 'order', created_at: at(1) }),
    call({ user_id: 'order', created_at: at(2) }),
  ]
  await bill(database.db, [older, newer])
  expect(ids(await calls.list('order', {}, { limit: 10 }))).toEqual([newer.span_id, older.span_id])
})

test('each filter narrows, and all together', async () => {
  const user_id = 'filters'
  const plain = call({ user_id })
  const ofRun = call({ user_id, trace_id: 'd'.repeat(32) })
  const ofSession = call({ user_id, session_id: 'second' })
  const failed = call({ user_id, status: 'error' })
  const mini = call({ user_id, model: 'gpt-5-mini' })
  await bill(database.db, [plain, ofRun, ofSession, failed, mini])
  const found = async (filter: Parameters<CallStore['list']>[1]) =>
    ids(await calls.list(user_id, filter, { limit: 9 }))
  expect(await found({ run_id: 'd'.repeat(32) })).toEqual([ofRun.span_id])
  expect(await found({ session_id: 'second' })).toEqual([ofSession.span_id])
  expect(await found({ status: 'error' })).toEqual([failed.span_id])
  expect(await found({ model: 'gpt-5-mini' })).toEqual([mini.span_id])
  expect(await found({ model: 'gpt-5-mini', status: 'error' })).toEqual([])
  expect(await found({})).toHaveLength(5)
})

test('nobody reads the call of someone else, in a list, alone or as an export', async () => {
  const own = call({ user_id: 'bob' })
  const other = call({ user_id: 'eve', session_id: own.session_id })
  await bill(database.db, [own, other])
  expect(ids(await calls.list('bob', {}, { limit: 9 }))).toEqual([own.span_id])
  expect(await calls.find('bob', other.trace_id, other.span_id)).toBeNull()
  const streamed = await Array.fromAsync(calls.stream('bob', {}), ({ span_id }) => span_id)
  expect(streamed).toEqual([own.span_id])
})

test('a call is seen exactly where its company is', async () => {
  const { db } = database
  for (const company_id of ['open', 'ours', 'theirs'])
    await ensureCompany(db, { company_id, name: company_id })
  await db('company_members').insert([
    { company_id: 'ours', user_id: 'carl' },
    { company_id: 'theirs', user_id: 'dora' },
  ])
  const companies = ['open', 'ours', 'theirs', 'gone']
  await bill(db, [
    ...companies.map((company_id) => call({ user_id: 'carl', company_id })),
    call({ user_id: 'carl', company_id: null }),
  ])
  const page = await calls.list('carl', {}, { limit: 9 })
  const seen = new Set(page.calls.map(({ company_id }) => company_id))
  for (const company of companies) {
    expect([company, seen.has(company)]).toEqual([company, await mayUseCompany(db, company, 'carl')])
  }
  expect([...seen].sort()).toEqual([null, 'open', 'ours'])
})

test('a call alone comes with its full texts, and without them once they are gone', async () => {
  const one = call({ user_id: 'texts' })
  const request = { messages: [{ role: 'user', content: 'Why?' }] }
  const response_message = { role: 'assistant', content: 'Because.' }
  await bill(database.db, [one], { request, response_message })
  expect(await calls.find('texts', one.trace_id, one.span_id)).toMatchObject({
    span_id: one.span_id,
    created_at: one.created_at,
    request,
    response_message,
  })
  await database.db('llm_call_messages').where({ span_id: one.span_id }).delete()
  expect(await calls.find('texts', one.trace_id, one.span_id)).toMatchObject({
    request: null,
    response_message: null,
  })
})

test('the calls of a run are all of them, oldest first', async () => {
  const trace_id = 'e'.repeat(32)
  const [late, early] = [
    call({ trace_id, created_at: at(9) }),
    call({ trace_id, created_at: at(1), user_id: 'other' }),
  ]
  await bill(database.db, [late, early, call()])
  expect((await calls.ofRun(trace_id)).map(({ span_id }) => span_id)).toEqual([early.span_id, late.span_id])
})

test('a run has an owner, an unknown one has none', async () => {
  await run(database.db, { runId: 'f'.repeat(32), userId: 'owner' })
  expect(await ownerOfRun(database.db, 'f'.repeat(32))).toBe('owner')
  expect(await ownerOfRun(database.db, '0'.repeat(32))).toBeNull()
})
