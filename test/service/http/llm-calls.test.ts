import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CALL_COLUMNS } from '../../../service/bill/call-store.ts'
import { createCallStore } from '../../../service/db/call-store.ts'
import { openDatabase } from '../../../service/db/database.ts'
import { llmCallRoutes } from '../../../service/http/llm-calls.ts'
import { llmCallDetail, llmCallPage } from '../../../service/http/openapi/bill-schemas.ts'
import type { LlmCall } from '../../../service/wire.ts'
import { testDatabase, type TestDatabase } from '../../postgres.ts'
import type { TestApp } from '../bill/example-bill.ts'
import { UNKNOWN_USAGE, at, bill, call, serve } from '../bill/example-bill.ts'

let database: TestDatabase
let app: TestApp
beforeAll(async () => {
  database = await testDatabase()
  app = await serve(llmCallRoutes({ calls: createCallStore(database.db) }))
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

type Page = { calls: LlmCall[]; next: string | null }

test('a list is paged by what it gives as next', async () => {
  const written = Array.from({ length: 5 }, (_, i) => call({ user_id: 'pages', created_at: at(i) }))
  await bill(database.db, written)
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const after: string = next && `&after=${encodeURIComponent(next)}`
    const response = await app.get(`/api/v1/llm-calls?limit=2${after}`, 'pages')
    const page = (await response.json()) as Page
    expect(llmCallPage.parse(page)).toEqual(page)
    seen.push(...page.calls.map(({ span_id }) => span_id))
    next = page.next
  }
  expect(seen).toEqual(written.map(({ span_id }) => span_id).reverse())
})

test('a list is filtered by run, session, status and model', async () => {
  const wanted = call({
    user_id: 'filters',
    trace_id: '1'.repeat(32),
    session_id: 'a session/with ?',
    status: 'cancelled',
    model: 'vendor/model',
  })
  await bill(database.db, [wanted, call({ user_id: 'filters' })])
  for (const query of [
    { run_id: wanted.trace_id },
    { session_id: wanted.session_id },
    { status: 'cancelled' },
    { model: 'vendor/model' },
  ]) {
    const response = await app.get(`/api/v1/llm-calls?${new URLSearchParams(query as never)}`, 'filters')
    const { calls } = (await response.json()) as Page
    expect([query, calls.map(({ span_id }) => span_id)]).toEqual([query, [wanted.span_id]])
  }
})

test.each([
  ['/api/v1/llm-calls?limit=0', 'limit'],
  ['/api/v1/llm-calls?status=fine', 'status'],
  ['/api/v1/llm-calls?after=yesterday', 'after'],
  ['/api/v1/llm-calls?after=2026-99-99T00:00:00.000Z_' + '1'.repeat(32) + '_' + '1'.repeat(16), 'after'],
  ['/api/v1/llm-calls?run_id=1&run_id=2', 'run_id'],
  ['/api/v1/llm-calls/export?format=xlsx', 'format'],
  ['/api/v1/llm-calls/export?status=fine', 'status'],
])('%s is refused and names the field', async (path, field) => {
  const response = await app.get(path)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { details: { field } } })
})

test('a call alone comes with its full texts; an unknown one and that of someone else are not found', async () => {
  const one = call({ user_id: 'detail' })
  const texts = { request: [{ role: 'user', content: 'Why?' }], response_message: { content: 'So.' } }
  await bill(database.db, [one], texts)
  const path = `/api/v1/llm-calls/${one.trace_id}/${one.span_id}`
  const body = await (await app.get(path, 'detail')).json()
  expect(llmCallDetail.parse(body)).toEqual(body)
  expect(body).toMatchObject({ span_id: one.span_id, ...texts })
  for (const response of [await app.get(path, 'eve'), await app.get(`${path}0`, 'detail')]) {
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } })
  }
})

test('CSV holds every column, NULL as nothing, and no cell that a spreadsheet would run', async () => {
  const prompts = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', 'a "quoted", cell\nof two lines']
  for (const [i, prompt] of prompts.entries()) {
    await bill(database.db, [call({ user_id: 'csv', created_at: at(-i), metadata: { role: 'plan' } })], {
      prompt,
    })
  }
  await bill(database.db, [
    call({ user_id: 'csv', created_at: at(-99), usage: UNKNOWN_USAGE, cost_usd: null }),
  ])
  const response = await app.get('/api/v1/llm-calls/export', 'csv')
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="llm-calls.csv"')
  const [header, ...rows] = parse(await response.text()) as string[][]
  expect(header).toEqual([...CALL_COLUMNS])
  const column = (name: (typeof CALL_COLUMNS)[number]) =>
    rows.map((cells) => cells[CALL_COLUMNS.indexOf(name)])
  expect(column('prompt')).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", prompts[5], ''])
  expect(column('created_at')[0]).toBe(at(0))
  expect(column('metadata')[0]).toBe('{"role":"plan"}')
  expect(column('cost_usd')).toEqual([...Array(6).fill('0.001000000000'), ''])
  expect(column('total_tokens').at(-1)).toBe('')
})

test('NDJSON holds a call a line, as the list gives them', async () => {
  await bill(database.db, [call({ user_id: 'lines' }), call({ user_id: 'lines', status: 'error' })])
  const response = await app.get('/api/v1/llm-calls/export?format=ndjson', 'lines')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  const lines = (await response.text()).trimEnd().split('\n')
  const { calls } = (await (await app.get('/api/v1/llm-calls', 'lines')).json()) as Page
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(calls)
  const failed = await (await app.get('/api/v1/llm-calls/export?format=ndjson&status=error', 'lines')).text()
  expect(failed.trimEnd().split('\n')).toHaveLength(1)
})

test('an export of nothing is a header in CSV and empty in NDJSON', async () => {
  expect(await (await app.get('/api/v1/llm-calls/export', 'nobody')).text()).toBe(
    `${CALL_COLUMNS.join(',')}\n`,
  )
  const ndjson = await app.get('/api/v1/llm-calls/export?format=ndjson', 'nobody')
  expect([ndjson.status, await ndjson.text()]).toEqual([200, ''])
})

/** A response whose body is not read beyond what arrives by itself. */
async function begin(base: string, path: string, user: string): Promise<IncomingMessage> {
  const request = get(new URL(path, base), { headers: { 'x-user': user } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

test('exports larger than a piece arrive whole, and a download that is broken off gives its connection back', async () => {
  const many = 3_000
  await database.db.raw(
    `insert into llm_calls (trace_id, span_id, created_at, step_path, provider, model, call_type, prompt, status,
       operation_id, attempt, user_id, session_id)
     select md5(i::text), left(md5(i::text), 16), now() - i * interval '1 second', 'chat', 'openai', 'm', 'CHAT',
       repeat('long ', 2000), 'ok', 'op', 1, 'large', 's'
     from generate_series(1, ?) i`,
    [many],
  )
  const single = openDatabase(database.url, { poolMax: 1 })
  const own = await serve(llmCallRoutes({ calls: createCallStore(single) }))
  try {
    const whole = await (await own.get('/api/v1/llm-calls/export?format=ndjson', 'large')).text()
    const spans = whole
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as LlmCall).span_id)
    expect([spans.length, new Set(spans).size]).toEqual([many, many])

    for (const format of ['csv', 'ndjson']) {
      const download = await begin(own.url, `/api/v1/llm-calls/export?format=${format}`, 'large')
      await once(download, 'data')
      expect(single.client.pool.numUsed()).toBe(1)
      download.destroy()
      // There is one connection: this answers only once the export has let go of it.
      expect((await own.get('/api/v1/llm-calls?limit=1', 'large')).status).toBe(200)
    }
    expect(own.internalErrors).toEqual([])
  } finally {
    await own.close()
    await single.destroy()
  }
})

test('an export from a database that is away is refused before anything is sent', async () => {
  const away = openDatabase('postgres://nobody@127.0.0.1:1/none', { poolMax: 1 })
  const own = await serve(llmCallRoutes({ calls: createCallStore(away) }))
  const response = await own.get('/api/v1/llm-calls/export')
  expect(response.status).toBe(503)
  expect(response.headers.get('content-disposition')).toBeNull()
  expect(await response.json()).toMatchObject({ error: { code: 'database_unavailable' } })
  await own.close()
  await away.destroy()
})
