import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { appUnderTest, type AppUnderTest, ask, lastTurn, phase } from './app-under-test.ts'

let app: AppUnderTest
let axe: string

beforeAll(async () => {
  app = await appUnderTest()
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
})
afterAll(() => app.close())

/** What axe calls serious or critical, each with the element it is about. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`)
}

async function answered(options: Parameters<AppUnderTest['open']>[1]): Promise<Page> {
  const page = await app.open('/', options)
  await ask(page)
  await phase(page, 'ok')
  await lastTurn(page).getByRole('figure').first().waitFor()
  return page
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nothing serious stands in the way of anyone on chat, run and costs (${colorScheme})`, async () => {
    const page = await app.open('/', { colorScheme })
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.context().close()

    const chat = await answered({ colorScheme })
    await chat.getByRole('treeitem').filter({ hasText: 'gpt-5-mini' }).click()
    await chat.getByRole('tabpanel').getByRole('article').first().waitFor()
    expect(await seriousFindings(chat)).toEqual([])

    await chat.getByRole('link', { name: 'Open this run on its own page' }).click()
    await chat.getByRole('heading', { name: /^Run [0-9a-f]{8}/ }).waitFor()
    await chat.getByRole('treeitem').last().waitFor()
    expect(await seriousFindings(chat)).toEqual([])

    await chat.getByRole('link', { name: 'Costs' }).click()
    await chat.getByRole('checkbox', { name: 'Include the demo model' }).check()
    await chat.getByRole('table').first().waitFor()
    expect(await seriousFindings(chat)).toEqual([])
    await chat.context().close()
  })
}

for (const width of [768, 390, 320]) {
  test(`at ${width} px no page scrolls sideways, and the run and the history are a tap away`, async () => {
    const page = await answered({ viewport: { width, height: 720 }, hasTouch: true, isMobile: true })
    const overflow = () =>
      page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(await overflow()).toBe(0)
    await page.getByRole('button', { name: 'Run panel' }).click()
    await page.getByRole('dialog', { name: 'Run' }).getByRole('treeitem').first().waitFor()
    expect(await overflow()).toBe(0)
    await page.getByRole('button', { name: 'Close the run panel' }).click()
    if (width < 900) {
      await page.getByRole('button', { name: 'Conversations' }).click()
      await page
        .getByRole('dialog', { name: 'Conversations' })
        .getByRole('link', { name: 'New chat' })
        .click()
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
    expect(await overflow()).toBe(0)
    await page.context().close()
  })
}

test('with reduced motion nothing moves', async () => {
  const page = await app.open('/', { reducedMotion: 'reduce' })
  await ask(page)
  await page.getByRole('treeitem').first().waitFor()
  expect(await page.evaluate<number>('document.getAnimations().length')).toBe(0)
  await phase(page, 'ok')
  await page.context().close()
})
