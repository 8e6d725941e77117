import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Analytics } from '../../../service/bill/analytics.ts'
import { createAnalytics } from '../../../service/db/analytics.ts'
import { ensureCompany } from '../../../service/db/companies.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'
import { UNKNOWN_USAGE, at, bill, call, run } from '../bill/example-bill.ts'

const CHEAP = '1'.repeat(32)
const DEAR = '2'.repeat(32)
const DEMO = '3'.repeat(32)
const OTHERS = '4'.repeat(32)
const demo = { provider: 'demo', price_source: 'simulated' }

let database: TestDatabase
let analytics: Analytics
beforeAll(async () => {
  database = await testDatabase()
  const { db } = database
  analytics = createAnalytics(db)
  for (const company_id of ['open', 'closed']) await ensureCompany(db, { company_id, name: company_id })
  await db('company_members').insert({ company_id: 'closed', user_id: 'bob' })
  await run(db, { runId: CHEAP, question: 'Cheap?', ended: {} })
  await run(db, {
    runId: DEAR,
    question: 'Dear?',
    companyId: 'open',
    sessionId: 'second',
    ended: { status: 'stopped' },
  })
  await run(db, { runId: DEMO, question: 'Demo?', ended: {} })
  await run(db, { runId: OTHERS, userId: 'bob', companyId: 'closed', question: 'Bob?', ended: {} })
  await bill(db, [
    call({ trace_id: CHEAP, created_at: at(0), duration_ms: 400 }),
    call({
      trace_id: CHEAP,
      created_at: at(1000),
      duration_ms: 500,
      status: 'error',
      cost_usd: null,
      usage: UNKNOWN_USAGE,
    }),
    call({
      trace_id: DEAR,
      session_id: 'second',
      company_id: 'open',
      model: 'gpt-5-mini',
      cost_usd: '0.500000000001',
    }),
    call({
      trace_id: DEAR,
      session_id: 'second',
      company_id: 'open',
      model: 'gpt-5-mini',
      cost_usd: '0.250000000000',
    }),
    call({ trace_id: DEAR, session_id: 'second', company_id: 'open', model: 'nobody-knows', cost_usd: null }),
    call({ trace_id: DEMO, ...demo, cost_usd: '9.000000000000' }),
    call({ trace_id: OTHERS, user_id: 'bob', company_id: 'closed', cost_usd: '7.000000000000' }),
  ])
})
afterAll(() => database.drop())

const ann = { userId: 'ann', demo: false, limit: 100 }

test('models: the most used first, with what failed and what has no price', async () => {
  expect(await analytics.models(ann)).toEqual([
    {
      model: 'gpt-5-mini',
      provider: 'openai',
      calls: 2,
      failed_calls: 0,
      prompt_tokens: 200,
      completion_tokens: 40,
      total_tokens: 240,
      avg_total_tokens: 120,
      cost_usd: '0.750000000001',
      unpriced_calls: 0,
    },
    {
      model: 'gpt-5-nano',
      provider: 'openai',
      calls: 2,
      failed_calls: 1,
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      // Over the one call whose tokens are known.
      avg_total_tokens: 120,
      cost_usd: '0.001000000000',
      unpriced_calls: 0,
    },
    {
      model: 'nobody-knows',
      provider: 'openai',
      calls: 1,
      failed_calls: 0,
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      avg_total_tokens: 120,
      cost_usd: null,
      unpriced_calls: 1,
    },
  ])
})

test('sessions: the dearest first', async () => {
  expect(await analytics.sessions(ann)).toEqual([
    {
      session_id: 'second',
      user_id: 'ann',
      queries: 1,
      calls: 3,
      total_tokens: 360,
      cost_usd: '0.750000000001',
      unpriced_calls: 1,
      last_call_at: at(0),
    },
    {
      session_id: 'first',
      user_id: 'ann',
      queries: 1,
      calls: 2,
      total_tokens: 120,
      cost_usd: '0.001000000000',
      unpriced_calls: 0,
      last_call_at: at(1000),
    },
  ])
})

test('users: only who asks', async () => {
  expect(await analytics.users(ann)).toEqual([
    {
      user_id: 'ann',
      sessions: 2,
      queries: 2,
      calls: 5,
      total_tokens: 480,
      cost_usd: '0.751000000001',
      unpriced_calls: 1,
    },
  ])
  expect(await analytics.users({ ...ann, userId: 'nobody' })).toEqual([])
})

test('queries: the dearest first, with question, state and time from the first call to the end of the last', async () => {
  expect(await analytics.queries(ann)).toEqual([
    {
      run_id: DEAR,
      session_id: 'second',
      user_id: 'ann',
      question: 'Dear?',
      status: 'stopped',
      calls: 3,
      total_tokens: 360,
      cost_usd: '0.750000000001',
      unpriced_calls: 1,
      duration_ms: 400,
      created_at: at(0),
    },
    {
      run_id: CHEAP,
      session_id: 'first',
      user_id: 'ann',
      question: 'Cheap?',
      status: 'ok',
      calls: 2,
      total_tokens: 120,
      cost_usd: '0.001000000000',
      unpriced_calls: 0,
      duration_ms: 1500,
      created_at: at(0),
    },
  ])
})

test('averages are over the queries of who asks, and null where there are none', async () => {
  expect(await analytics.averages(ann)).toEqual({
    queries: 2,
    avg_calls: 2.5,
    avg_total_tokens: 240,
    avg_cost_usd: '0.375500000001',
    avg_duration_ms: 950,
  })
  expect(await analytics.averages({ userId: 'nobody', demo: true })).toEqual({
    queries: 0,
    avg_calls: null,
    avg_total_tokens: null,
    avg_cost_usd: null,
    avg_duration_ms: null,
  })
})

test('the demo model counts only when asked for, and then in the same rows', async () => {
  const all = { ...ann, demo: true }
  expect(await analytics.sessions(all)).toMatchObject([
    { session_id: 'first', queries: 2, calls: 3, cost_usd: '9.001000000000' },
    { session_id: 'second', queries: 1 },
  ])
  expect(await analytics.users(all)).toMatchObject([
    { sessions: 2, queries: 3, calls: 6, cost_usd: '9.751000000001' },
  ])
  expect((await analytics.models(all)).map(({ provider, calls }) => [provider, calls])).toContainEqual([
    'demo',
    1,
  ])
  expect(await analytics.queries(all)).toMatchObject([{ run_id: DEMO }, { run_id: DEAR }, { run_id: CHEAP }])
  expect(await analytics.averages(all)).toMatchObject({ queries: 3, avg_calls: 2 })
})

test('a limit keeps the first rows', async () => {
  const one = { ...ann, limit: 1 }
  expect(await analytics.models(one)).toMatchObject([{ model: 'gpt-5-mini' }])
  expect(await analytics.sessions(one)).toMatchObject([{ session_id: 'second' }])
  expect(await analytics.queries(one)).toMatchObject([{ run_id: DEAR, question: 'Dear?' }])
})

test('what was asked of a company that is closed to the user now stays on the bill without its text', async () => {
  const bob = { ...ann, userId: 'bob' }
  expect(await analytics.queries(bob)).toMatchObject([{ run_id: OTHERS, question: 'Bob?' }])
  await database.db('company_members').where({ user_id: 'bob' }).update({ user_id: 'carl' })
  expect(await analytics.queries(bob)).toMatchObject([
    { run_id: OTHERS, question: null, cost_usd: '7.000000000000' },
  ])
  await database.db('company_members').where({ user_id: 'carl' }).update({ user_id: 'bob' })
})

test('the views and the answers say the same', async () => {
  const { db } = database
  const all = { ...ann, demo: true }
  const withoutSimulated = (rows: Record<string, unknown>[]) =>
    rows.map(({ simulated: _simulated, ...row }) => row)

  await db('llm_calls').where({ user_id: 'bob' }).delete()
  const models = (await db('model_usage')) as Record<string, unknown>[]
  expect(
    withoutSimulated(models).map((row) => ({ ...row, avg_total_tokens: Number(row['avg_total_tokens']) })),
  ).toEqual(await analytics.models(all))
  const [averages] = await db('query_averages').where({ simulated: false }).select('queries', 'avg_cost_usd')
  expect(await analytics.averages(ann)).toMatchObject(averages)
  const queries = (await db('query_costs').where({ simulated: false })) as Record<string, unknown>[]
  expect(queries.map(({ company_id: _company, simulated: _simulated, ...row }) => row)).toEqual(
    (await analytics.queries(ann)).map((row) => ({ ...row, created_at: new Date(row.created_at) })),
  )
  const sessions = (await db('session_costs').where({ simulated: false })) as Record<string, unknown>[]
  expect(withoutSimulated(sessions)).toEqual(
    (await analytics.sessions(ann)).map((row) => ({ ...row, last_call_at: new Date(row.last_call_at) })),
  )
  const users = (await db('user_costs').where({ simulated: false })) as Record<string, unknown>[]
  expect(withoutSimulated(users)).toEqual(await analytics.users(ann))
})

test('a view can be read for one user through the index of the bill', async () => {
  const { db } = database
  const plan = await db.transaction(async (trx) => {
    // On a few rows reading them all is quicker, which is not the point.
    await trx.raw('set local enable_seqscan = off')
    const { rows } = await trx.raw(`explain select * from run_costs where user_id = 'ann'`)
    return (rows as { 'QUERY PLAN': string }[]).map((row) => row['QUERY PLAN']).join('\n')
  })
  expect(plan).toContain('Index Only Scan using idx_llm_calls_bill')
  expect(plan).not.toContain('Sort')
})
