import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Knex } from 'knex'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isDatabaseUnavailable, openDatabase, withoutPassword } from '../../../service/db/database.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../service/db/embedded-postgres.ts'
import { runningPostmaster } from '../../../service/db/postmaster.ts'
import { createLogger } from '../../../service/log.ts'

const log = createLogger('silent')
const root = join(import.meta.dirname, '../../..')

let dataDir: string
let started: EmbeddedPostgres[]
let children: ChildProcess[]

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracechat-embedded-'))
  chmodSync(dataDir, 0o711) // run by root, the server is another user that has to pass
})

afterAll(() => rmSync(dataDir, { recursive: true }))

beforeEach(() => {
  started = []
  children = []
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  // Joins whatever still runs there and so is the last to leave.
  if (existsSync(cluster())) await start()
  for (const server of started) await server.stop()
  expect(runningPostmaster(cluster())).toBeUndefined()
})

function cluster(): string {
  return join(dataDir, 'postgres/data')
}

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log })
  started.push(server)
  return server
}

/** Stops it now rather than after the test. */
async function stop(server: EmbeddedPostgres): Promise<void> {
  started.splice(started.indexOf(server), 1)
  await server.stop()
}

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  return withDatabase(url, async (db) => ((await db.raw(sql)) as { rows: Row[] }).rows)
}

async function withDatabase<Result>(url: string, work: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = openDatabase(url)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** A process of its own that starts the server, tells its URL and then waits to be killed. */
async function startInChild(): Promise<{ child: ChildProcess; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from './service/db/embedded-postgres.ts'
    import { createLogger } from './service/log.ts'
    const { url } = await startEmbeddedPostgres({ dataDir: process.argv[1], log: createLogger('silent') })
    console.log(url)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    cwd: root,
    detached: true, // a process group of its own, like a job of a shell
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, url }
}

test('two that start at once in an empty folder share one server', async () => {
  const [{ url }, here] = await Promise.all([startInChild(), start()])
  expect(here.url).toBe(url)
})

test('what was written is there after a stop and a start, at the same URL', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE written AS SELECT 1 AS n')
  await stop(first)
  expect(runningPostmaster(cluster())).toBeUndefined()

  const second = await start()
  expect(second).toMatchObject({ adopted: false, url: first.url })
  expect(await query(second.url, 'SELECT n FROM written')).toEqual([{ n: 1 }])
})

test('it is a real server with fsync, Unicode and a role that is no superuser', async () => {
  const { url } = await start()
  expect(
    await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('is_superuser') AS superuser,
              lower('ÄÖÜ') AS lower, current_setting('listen_addresses') AS listens`,
    ),
  ).toEqual([{ fsync: 'on', superuser: 'off', lower: 'äöü', listens: '127.0.0.1' }])
})

test('others on the machine cannot log in: the password is wanted and only its owner may read it', async () => {
  const { url } = await start()
  const wrong = new URL(url)
  wrong.password = 'guess'
  await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  wrong.username = 'postgres'
  await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28000' })

  const file = join(dataDir, 'postgres/url')
  expect(readFileSync(file, 'utf8').trim()).toBe(url)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700)
  expect(withoutPassword(url)).not.toContain(new URL(url).password)
})

test('a kill -9 leaves the server running, and the next start joins it and stops it', async () => {
  const { child, url } = await startInChild()
  await query(url, 'CREATE TABLE adopted AS SELECT 1 AS n')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const next = await start()
  expect(next).toMatchObject({ adopted: true, url })
  expect(await query(next.url, 'SELECT n FROM adopted')).toEqual([{ n: 1 }])
  await stop(next)
  expect(runningPostmaster(cluster())).toBeUndefined()
})

test("a Ctrl-C meant for the service's process group does not reach the server", async () => {
  const { child, url } = await startInChild()
  process.kill(-child.pid!, 'SIGINT')
  await once(child, 'exit')
  expect(await query(url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('of those who share the server the last one to leave stops it', async () => {
  const first = await start()
  const second = await start()
  expect(second).toMatchObject({ adopted: true, url: first.url })

  await stop(first)
  expect(await query(second.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  await stop(second)
  expect(runningPostmaster(cluster())).toBeUndefined()
})

test('a killed server is started again, whoever has its process id now', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE recovered AS SELECT 1 AS n')
  const lockFile = join(cluster(), 'postmaster.pid')
  const { pid } = runningPostmaster(cluster())!
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => runningPostmaster(cluster())).toBeUndefined()
  const someone = spawn(
    'sleep',
    ['60'],
    statSync(cluster()).uid === process.getuid?.() ? {} : asOwnerOf(cluster()),
  )
  children.push(someone)
  writeFileSync(lockFile, readFileSync(lockFile, 'utf8').replace(/^\d+/, String(someone.pid)))

  const next = await start()
  expect(next.adopted).toBe(false)
  expect(await query(next.url, 'SELECT n FROM recovered')).toEqual([{ n: 1 }])
})

function asOwnerOf(folder: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(folder)
  return { uid, gid }
}

test('a server that stops does not end the process: its queries fail as unavailable and later ones reconnect', async () => {
  const first = await start()
  await withDatabase(first.url, async (db) => {
    await db.raw('SELECT 1')
    await stop(first)
    const error = await db.raw('SELECT 1').then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(isDatabaseUnavailable(error)).toBe(true)

    await start()
    expect(((await db.raw('SELECT 1 AS n')) as { rows: unknown[] }).rows).toEqual([{ n: 1 }])
  })
})

test('a lost password is answered by one line that names the file', async () => {
  await stop(await start())
  const file = join(dataDir, 'postgres/url')
  const url = readFileSync(file)
  rmSync(file)
  await expect(start()).rejects.toMatchObject({
    code: 'database_folder',
    message: expect.stringContaining(file),
  })
  writeFileSync(file, url)
})

test('a DATA_DIR that cannot be made is named', async () => {
  writeFileSync(join(dataDir, 'file'), '')
  const inFile = join(dataDir, 'file/data')
  await expect(startEmbeddedPostgres({ dataDir: inFile, log })).rejects.toMatchObject({
    code: 'database_folder',
    message: expect.stringContaining(inFile),
  })
})
