import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { defaultScript, type Reply, type Script } from '../provider/fake-provider.ts'
import { serviceUnderTest, type ServiceUnderTest } from '../service-under-test.ts'
import { launchChromium } from './chromium.ts'

export const question = 'What are the top 5 product gaps from negative reviews?'

export interface AppUnderTest {
  service: ServiceUnderTest
  /** What the provider does next; back to the usual with `usual`. */
  play(script: Script): void
  /** A page of its own browser profile, at `path`. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>
  /** Another tab of the same profile. */
  openBeside(page: Page, path: string): Promise<Page>
  close(): Promise<void>
}

/** The built web app, served by the whole service, in a real browser. */
export async function appUnderTest(): Promise<AppUnderTest> {
  const build = fileURLToPath(new URL('../../ui/build.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [build], { env: { ...process.env, NODE_ENV: 'production' } })
  let script: Script = usual
  const service = await serviceUnderTest({ script: { script: (request) => script(request) } })
  const browser: Browser = await launchChromium()
  const goTo = async (page: Page, path: string) => {
    await page.goto(new URL(path, service.url).href)
    return page
  }
  return {
    service,
    play: (next) => (script = next),
    open: async (path = '/', options = {}) =>
      goTo(
        await (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })).newPage(),
        path,
      ),
    openBeside: async (page, path) => goTo(await page.context().newPage(), path),
    async close() {
      await browser.close()
      await service.stop()
    },
  }
}

/** The team plans, retrieves, and answers with a list. */
export const usual: Script = defaultScript(
  'The biggest gap is **battery life**.\n\n## Gaps\n\n1. **Battery life**: named most.\n2. *Comfort*: `second`.\n',
)

/** As usual, but the analyst's answer is this. */
export function answering(reply: Reply): Script {
  return (request) => (request.agent === 'analyst' ? reply : usual(request))
}

/** A promise and the way to resolve it. */
export function gate(): { promise: Promise<unknown>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  return { promise, open: () => resolve(null) }
}

export async function ask(page: Page, text = question) {
  await page.getByLabel('Your question').fill(text)
  await page.keyboard.press('Enter')
}

/** The turn of the question asked last. */
export const lastTurn = (page: Page): Locator => page.locator('article').last()

/** Waits for the last turn to reach a phase of its run: running, ok, stopped, error. */
export async function phase(page: Page, name: string) {
  await page.locator(`article[data-phase="${name}"]`).last().waitFor()
}

/** What the execution tree shows, row by row. */
export async function treeRows(page: Page): Promise<string[]> {
  return page.getByRole('treeitem').allInnerTexts()
}
