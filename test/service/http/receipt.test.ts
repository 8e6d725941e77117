import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCallStore } from '../../../service/db/call-store.ts'
import { createChatStore } from '../../../service/db/chat-store.ts'
import { ensureCompany, mayUseCompany } from '../../../service/db/companies.ts'
import { receipt } from '../../../service/http/openapi/bill-schemas.ts'
import { receiptRoutes } from '../../../service/http/receipt.ts'
import type { CompleteData, Receipt } from '../../../service/wire.ts'
import type { ServiceUnderTest } from '../../service-under-test.ts'
import { serviceUnderTest } from '../../service-under-test.ts'
import type { TestApp } from '../bill/example-bill.ts'
import { bill, call, run, serve } from '../bill/example-bill.ts'

let service: ServiceUnderTest
let app: TestApp
beforeAll(async () => {
  service = await serviceUnderTest()
  const { db } = service
  app = await serve(
    receiptRoutes({
      store: createChatStore(db),
      calls: createCallStore(db),
      companies: { mayUse: (userId, companyId) => mayUseCompany(db, companyId, userId) },
    }),
  )
})
afterAll(async () => {
  await app.close()
  await service.stop()
})

async function receiptOf(runId: string, userId = 'local'): Promise<Receipt> {
  const response = await app.get(`/api/v1/chat/runs/${runId}/receipt`, userId)
  expect(response.status).toBe(200)
  return (await response.json()) as Receipt
}

async function ask(): Promise<CompleteData> {
  const response = await service.post('/api/v1/chat/', {
    message: 'What are the gaps?',
    company_id: 'comp-123',
  })
  return (await response.json()) as CompleteData
}

test('tree, rows and trace of a real run agree, and the sums are those that the answer gave', async () => {
  const { run_id, metadata } = await ask()
  const made = await receiptOf(run_id)
  expect(receipt.parse(made)).toEqual(made)
  expect(made).toMatchObject({
    run_id,
    verdict: 'agree',
    trace: 'agree',
    usage: metadata.usage,
    simulated: false,
  })
  expect(made.lines).toHaveLength(metadata.usage.llm_calls)
  for (const line of made.lines) {
    expect(line.row).toEqual(line.tree)
    expect(line.trace).toEqual(line.tree)
    expect(line.row?.total_tokens).toBeGreaterThan(0)
  }
})

test('a row that somebody changed is found, and so is one that is gone', async () => {
  const { run_id, metadata } = await ask()
  const [changed, removed] = await service.db('llm_calls').where({ trace_id: run_id }).orderBy('created_at')
  await service.db('llm_calls').where({ span_id: changed.span_id }).update({ completion_tokens: 1 })
  await service.db('llm_calls').where({ span_id: removed.span_id }).delete()
  const made = await receiptOf(run_id)
  expect(made).toMatchObject({ verdict: 'different', trace: 'different' })
  expect(made.usage.llm_calls).toBe(metadata.usage.llm_calls - 1)
  const lineOf = (id: string) => made.lines.find(({ span_id }) => span_id === id)
  expect(lineOf(changed.span_id)?.differences).toEqual(['completion_tokens'])
  expect(lineOf(removed.span_id)).toMatchObject({ row: null, differences: ['status'] })
})

test('a run without a trace of its own has a receipt, whose trace is not exported', async () => {
  const runId = '1'.repeat(32)
  await run(service.db, { runId })
  await bill(service.db, [call({ trace_id: runId })])
  await service.db('chat_messages').where({ run_id: runId }).update({ status: 'interrupted' })
  expect(await receiptOf(runId, 'ann')).toMatchObject({ trace: 'not_exported', lines: [{ tree: null }] })
})

test('while the run is going there is no receipt yet', async () => {
  const runId = '2'.repeat(32)
  await run(service.db, { runId })
  const response = await app.get(`/api/v1/chat/runs/${runId}/receipt`)
  expect(response.status).toBe(409)
  expect(await response.json()).toMatchObject({ error: { code: 'run_not_ended' } })
})

test('an unknown run, that of someone else and that of a closed company are not found', async () => {
  const runId = '3'.repeat(32)
  await ensureCompany(service.db, { company_id: 'closed', name: 'Closed' })
  await run(service.db, { runId, sessionId: 'closed', companyId: 'closed', ended: {} })
  await receiptOf(runId, 'ann')
  await service.db('company_members').insert({ company_id: 'closed', user_id: 'bob' })
  for (const [id, user] of [
    [runId, 'ann'],
    [runId, 'bob'],
    ['4'.repeat(32), 'ann'],
  ]) {
    const response = await app.get(`/api/v1/chat/runs/${id}/receipt`, user)
    expect([id, user, response.status]).toEqual([id, user, 404])
  }
})
