import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz, { inflate } from '@sparticuz/chromium'
import { chromium, type Browser } from 'playwright-core'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** CHROME_PATH, else an installed Chromium or Chrome, else the one that comes inside an npm package (Linux x64). */
async function findChromium(): Promise<{ executablePath: string; libraries?: string }> {
  const named = process.env.CHROME_PATH
  if (named) {
    if (existsSync(named)) return { executablePath: named }
    throw new Error(`CHROME_PATH names ${named}, which does not exist.`)
  }
  const found = installed.find((path) => existsSync(path))
  if (found) return { executablePath: found }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chromium was found. Install Chrome or Chromium, or name one in CHROME_PATH.')
  }
  const pack = join(
    dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))),
    '../bin/al2023.tar.br',
  )
  const libraries = join(await inflate(pack), 'lib')
  return { executablePath: await sparticuz.executablePath(), libraries }
}

export async function launchChromium(): Promise<Browser> {
  const { executablePath, libraries } = await findChromium()
  const { LD_LIBRARY_PATH: paths } = process.env
  return chromium.launch({
    executablePath,
    // The packed Chromium brings the libraries that a bare machine lacks; what the machine has comes first.
    env: libraries
      ? { ...process.env, LD_LIBRARY_PATH: [paths, libraries].filter(Boolean).join(':') }
      : process.env,
    args: [
      '--no-sandbox', // as root there is none, and every page is our own
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(libraries ? ['--no-zygote'] : []),
    ],
  })
}
