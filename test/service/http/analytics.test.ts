import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createAnalytics } from '../../../service/db/analytics.ts'
import { analyticsRoutes } from '../../../service/http/analytics.ts'
import {
  modelUse,
  queryAverages,
  queryCost,
  sessionCost,
  userCost,
} from '../../../service/http/openapi/bill-schemas.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'
import type { TestApp } from '../bill/example-bill.ts'
import { bill, call, run, serve } from '../bill/example-bill.ts'

const RUN = '1'.repeat(32)

let database: TestDatabase
let app: TestApp
beforeAll(async () => {
  database = await testDatabase()
  app = await serve(analyticsRoutes({ analytics: createAnalytics(database.db) }))
  await run(database.db, { runId: RUN, ended: {} })
  await bill(database.db, [
    call({ trace_id: RUN }),
    call({ trace_id: RUN, model: 'gpt-5-mini' }),
    call({ trace_id: '2'.repeat(32), provider: 'demo', model: 'demo-model' }),
    call({ trace_id: '3'.repeat(32), user_id: 'bob', model: 'of-bob' }),
  ])
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

test.each([
  ['models', z.object({ rows: z.array(modelUse) })],
  ['sessions', z.object({ rows: z.array(sessionCost) })],
  ['users', z.object({ rows: z.array(userCost) })],
  ['queries', z.object({ rows: z.array(queryCost), averages: queryAverages })],
])('%s answers with rows as documented, and with nobody else in them', async (name, documented) => {
  const response = await app.get(`/api/v1/analytics/${name}`)
  const body = (await response.json()) as { rows: unknown[] }
  expect(response.status).toBe(200)
  // Parsing drops what the document does not name.
  expect(documented.parse(body)).toEqual(body)
  expect(body.rows.length).toBeGreaterThan(0)
  expect(JSON.stringify(body)).not.toContain('bob')
})

test('the demo model is left out unless asked for', async () => {
  const models = async (query: string) =>
    ((await (await app.get(`/api/v1/analytics/models${query}`)).json()) as { rows: { model: string }[] }).rows
      .map(({ model }) => model)
      .sort()
  expect(await models('')).toEqual(['gpt-5-mini', 'gpt-5-nano'])
  expect(await models('?demo=false')).toEqual(['gpt-5-mini', 'gpt-5-nano'])
  expect(await models('?demo=true')).toEqual(['demo-model', 'gpt-5-mini', 'gpt-5-nano'])
})

test('limit is honoured', async () => {
  const response = await app.get('/api/v1/analytics/models?limit=1')
  expect(((await response.json()) as { rows: unknown[] }).rows).toHaveLength(1)
})

test.each([
  ['limit=0', 'limit'],
  ['limit=501', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1.5', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['limit=', 'limit'],
  ['demo=yes', 'demo'],
  ['demo=', 'demo'],
])('?%s is refused and names the field', async (query, field) => {
  for (const name of ['models', 'sessions', 'users', 'queries']) {
    const response = await app.get(`/api/v1/analytics/${name}?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', details: { field } } })
  }
})
