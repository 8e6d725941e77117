import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { loadConfig } from '../service/config.ts'
import { createLogger } from '../service/log.ts'
import { startService } from '../service/main.ts'
import type { RunEvent } from '../service/wire.ts'
import { testDatabase } from './postgres.ts'
import { startFakeProvider } from './provider/fake-provider.ts'

type FakeProvider = Awaited<ReturnType<typeof startFakeProvider>>

export interface ServiceUnderTest {
  url: string
  db: Knex
  provider: FakeProvider
  dataDir: string
  /** fetch below the service's address. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** POST with a JSON body. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Ends the service; what is around it goes too, unless it is to be looked at: then by a second call. */
  stop(options?: { keepDatabase?: boolean }): Promise<void>
}

/**
 * The whole service in this process, on a database of its own with the demo reviews, in front of a fake provider.
 * Tracing is one per process: one at a time in a test file.
 * @param options.env settings on top of those
 */
export async function serviceUnderTest(
  options: { script?: Parameters<typeof startFakeProvider>[0]; env?: Record<string, string> } = {},
): Promise<ServiceUnderTest> {
  const database = await testDatabase()
  const provider = await startFakeProvider(options.script)
  const dataDir = await mkdtemp(join(tmpdir(), 'tracechat-service-'))
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    DEMO_DATA: 'true',
    OPENAI_BASE_URL: provider.url,
    LOG_LEVEL: 'error',
    SHUTDOWN_DRAIN_SECONDS: '1',
    ...options.env,
  })
  const service = await startService(config, createLogger(config.logLevel))
  const request = (path: string, init?: RequestInit) => fetch(new URL(path, service.url), init)
  return {
    url: service.url,
    db: database.db,
    provider,
    dataDir,
    request,
    post: (path, body, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async stop({ keepDatabase = false } = {}) {
      await service.stop()
      if (keepDatabase) return
      await provider.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export interface Frame {
  seq: number
  event: RunEvent
}

/** The frames of an event stream as they arrive; ends with the stream. Comments are left out. */
export async function* frames(response: Response): AsyncGenerator<Frame> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of response.body!) {
    rest += decoder.decode(bytes, { stream: true })
    const parts = rest.split('\n\n')
    rest = parts.pop()!
    for (const part of parts) {
      const match = /^id: (\d+)\ndata: (.*)$/s.exec(part)
      if (match) yield { seq: Number(match[1]), event: JSON.parse(match[2]!) as RunEvent }
    }
  }
}

/** All frames of a stream. */
export async function allFrames(response: Response): Promise<Frame[]> {
  return Array.fromAsync(frames(response))
}

/** Reads until the text so far contains `text`, and returns what was read. */
export async function readUntil(stream: AsyncGenerator<Frame>, text: string): Promise<Frame[]> {
  const read: Frame[] = []
  let content = ''
  while (!content.includes(text)) {
    const { value, done } = await stream.next()
    if (done) throw new Error(`the stream ended before ${text}`)
    read.push(value)
    if (value.event.type === 'content') content += value.event.data.content
  }
  return read
}
