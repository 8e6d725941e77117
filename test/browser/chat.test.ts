import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import {
  answering,
  appUnderTest,
  type AppUnderTest,
  ask,
  gate,
  lastTurn,
  phase,
  question,
  treeRows,
  usual,
} from './app-under-test.ts'

let app: AppUnderTest
const pages: Page[] = []

beforeAll(async () => {
  app = await appUnderTest()
})
afterAll(() => app.close())
afterEach(async () => {
  app.play(usual)
  for (const page of pages.splice(0)) await page.context().close()
})

async function open(path?: string): Promise<Page> {
  const page = await app.open(path)
  pages.push(page)
  return page
}

/** An answer that stops in the middle until the gate opens. */
function heldAnswer() {
  const { promise, open } = gate()
  app.play(
    answering({
      content: ['Batteries ', 'are **weak** ', 'and cases ', 'break.'],
      holdUntil: { afterChunk: 2, promise },
    }),
  )
  return open
}

test('a question grows a tree while it is answered, and ends with an answer, a chart and a receipt', async () => {
  const finish = heldAnswer()
  const page = await open()
  await ask(page)
  expect(await lastTurn(page).getByRole('heading', { level: 2 }).innerText()).toContain(question)
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  expect((await treeRows(page)).filter((row) => row.includes('Running'))).toHaveLength(3)
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  finish()
  await phase(page, 'ok')
  expect(await lastTurn(page).locator('.prose').innerText()).toBe('Batteries are weak and cases break.')
  expect((await treeRows(page)).filter((row) => row.includes('Running'))).toEqual([])
  await lastTurn(page).getByRole('figure').first().waitFor()
  await lastTurn(page).getByText('Tree and rows agree').waitFor()
})

test('a step shows what was sent to the model and what came back', async () => {
  const page = await open()
  await ask(page)
  await phase(page, 'ok')
  await page.getByRole('treeitem').filter({ hasText: 'gpt-5-mini' }).click()
  const step = page.getByRole('region', { name: /^Step:/ })
  await step.getByRole('tabpanel').getByText(question).first().waitFor()
  await step.getByRole('tab', { name: 'Response' }).click()
  await step.getByRole('tabpanel').getByText('The biggest gap is').waitFor()
})

test('stop ends the run and says what was spent', async () => {
  heldAnswer()
  const page = await open()
  await ask(page)
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  await page.keyboard.press('Escape')
  await phase(page, 'stopped')
  await lastTurn(page)
    .getByText(/^Stopped after .* spent/)
    .waitFor()
  expect(await lastTurn(page).locator('.prose').innerText()).toBe('Batteries are weak')
  await app.service.provider.waitFor((ledger) => ledger.at(-1)?.outcome === 'client_closed')
})

test('a reload in the middle of a run finds its text and tree again, and its end', async () => {
  const finish = heldAnswer()
  const page = await open()
  await ask(page)
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  const before = await page.getByRole('treeitem').count()
  await page.reload()
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  expect(await page.getByRole('treeitem').count()).toBe(before)
  finish()
  await phase(page, 'ok')
  expect(await lastTurn(page).locator('.prose').innerText()).toBe('Batteries are weak and cases break.')
})

test('a second tab shows the same run and the same end', async () => {
  const finish = heldAnswer()
  const page = await open()
  await ask(page)
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  const other = await app.openBeside(page, new URL(page.url()).pathname)
  await lastTurn(other).getByText('Batteries are weak').waitFor()
  finish()
  await Promise.all([phase(page, 'ok'), phase(other, 'ok')])
  expect(await lastTurn(other).locator('.prose').innerText()).toBe(
    await lastTurn(page).locator('.prose').innerText(),
  )
})

test('a lost network is said, and nothing is missing or repeated afterwards', async () => {
  const finish = heldAnswer()
  const page = await open()
  await ask(page)
  await lastTurn(page).getByText('Batteries are weak').waitFor()
  await page.context().setOffline(true)
  await lastTurn(page).getByText('Connection lost. The run continues on the server.').waitFor()
  finish()
  await app.service.provider.waitFor((ledger) => ledger.at(-1)?.outcome === 'completed')
  await page.context().setOffline(false)
  await phase(page, 'ok')
  expect(await lastTurn(page).locator('.prose').innerText()).toBe('Batteries are weak and cases break.')
  expect(app.service.provider.ledger.filter(({ agent }) => agent === 'analyst').at(-1)?.outcome).toBe(
    'completed',
  )
})

test('a failure says what happened, and a retry answers', async () => {
  app.play(answering({ fault: { kind: 'status', status: 500 } }))
  const page = await open()
  await ask(page)
  await phase(page, 'error')
  const card = lastTurn(page).getByRole('alert')
  expect((await card.innerText()).length).toBeGreaterThan(40)
  app.play(usual)
  await card.getByRole('button', { name: 'Retry' }).click()
  await phase(page, 'ok')
  expect(await lastTurn(page).locator('.prose').innerText()).toContain('The biggest gap is battery life.')
})

test('the conversation is in the history, found by its name, and gone once deleted', async () => {
  const page = await open()
  await ask(page, 'Which earbuds break first?')
  await phase(page, 'ok')
  await page.getByLabel('Search conversations').fill('earbuds break')
  const entry = page.getByRole('link', { name: /Which earbuds break first/ })
  await entry.waitFor()
  await page.getByRole('button', { name: 'Delete “Which earbuds break first?”' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await entry.waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe('/')
})

test('the tree is walked with the keys of the tree pattern', async () => {
  const page = await open()
  await ask(page)
  await phase(page, 'ok')
  const focused = () =>
    page.locator('[role=treeitem]:focus').getAttribute('aria-posinset', { timeout: 5_000 })
  const level = () => page.locator('[role=treeitem]:focus').getAttribute('aria-level', { timeout: 5_000 })
  const count = await page.getByRole('treeitem').count()
  await page.getByRole('treeitem').first().focus()
  await page.keyboard.press('ArrowLeft')
  expect(await page.getByRole('treeitem').count()).toBe(1)
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('treeitem').count()).toBe(count)
  await page.keyboard.press('ArrowRight')
  await page.locator('[role=treeitem][aria-level="2"]:focus').waitFor()
  expect(await focused()).toBe('1')
  await page.keyboard.press('End')
  await page.getByRole('treeitem').last().and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Home')
  await page.getByRole('treeitem').first().and(page.locator(':focus')).waitFor()
  expect(await level()).toBe('1')
})
