import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { isDatabaseUnavailable } from './database.ts'
import { accountOf, chooseAccount, commandAs, type ServerAccount } from './postgres-account.ts'
import { postgresPrograms } from './postgres-programs.ts'
import { removeMisleadingLock, runningPostmaster } from './postmaster.ts'

/** Long enough for the recovery after a crash. */
const startTimeoutMs = 60_000
const stopTimeoutMs = 15_000
const pollMs = 10

const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // a deep DATA_DIR would exceed the 107 characters of a socket's path
  jit: 'off',
  log_min_error_statement: 'panic', // statements hold what people wrote
  log_checkpoints: 'off',
}

export interface EmbeddedPostgres {
  /** postgres://tracechat:…@127.0.0.1:PORT/tracechat, with the password; psql takes it too. */
  url: string
  /** Whether the server was running already. */
  adopted: boolean
  /** Leaves the server; the last process to leave stops it and waits for its end. Close all pools first. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL server of DATA_DIR, or joins the one that runs there, be it another process's or one that a
 * killed process left behind.
 *
 * DATA_DIR/postgres holds the cluster (`data`) and `url`, readable by its owner only, with the generated password and
 * the port, which stays the same while it is free. DATA_DIR/postgres.log is the server's log. The server has a process
 * group of its own, so that a Ctrl-C meant for us does not stop it before our last write.
 *
 * Throws AppError `database_folder`, `database_programs` or `database_start`.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  log: Logger
}): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options
  const home = join(dataDir, 'postgres')
  makeDataDir(dataDir)
  if (!existsSync(home)) await createCluster(dataDir, home)
  const cluster = join(home, 'data')
  const account = accountOf(home)

  let launched: { port: number; exited: boolean } | undefined
  let launches = 0
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const postmaster = runningPostmaster(cluster)
    if (postmaster?.ready) {
      const url = withPort(readUrl(home), postmaster.port)
      const lease = await takeLease(url, log)
      if (lease) {
        if (launched?.port === postmaster.port) writeUrl(home, url)
        const adopted = launched?.port !== postmaster.port
        return { url, adopted, stop: () => leave(lease, cluster, url, log) }
      }
    } else if (!postmaster && (!launched || launched.exited)) {
      if (launches++ === 3) throw startFailed(dataDir)
      removeMisleadingLock(cluster)
      const wanted = launches === 1 ? Number(new URL(readUrl(home)).port) : 0
      const port = await freePort(wanted)
      launched = launch(
        postgresPrograms(account, dataDir),
        account,
        cluster,
        port,
        join(dataDir, 'postgres.log'),
      )
    }
    if (Date.now() > deadline) throw startFailed(dataDir)
    await sleep(pollMs)
  }
}

function makeDataDir(dataDir: string): void {
  try {
    const made = mkdirSync(dataDir, { recursive: true })
    // The account that runs the server for root has to pass through, but not to look around.
    if (made) chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
  } catch (cause) {
    throw new AppError(
      'database_folder',
      500,
      `DATA_DIR ${dataDir} cannot be made: ${(cause as Error).message}. Set DATA_DIR to a folder you may write to.`,
      { cause },
    )
  }
}

/** Makes the cluster aside and moves it into place, so that it is there whole or not at all, whoever dies or races. */
async function createCluster(dataDir: string, home: string): Promise<void> {
  const account = chooseAccount(dataDir)
  const programs = postgresPrograms(account, dataDir)
  const stage = mkdtempSync(`${home}.new-`)
  const cluster = join(stage, 'data')
  const password = randomBytes(18).toString('hex')
  try {
    if (account.kind === 'other') chownSync(stage, account.uid, account.gid)
    // Nobody can log in as the superuser: it has no password, and pg_hba.conf below does not know it.
    await run(account, join(programs, 'bin/initdb'), [
      ...['--pgdata', cluster, '--username', 'postgres', '--auth', 'reject', '--no-instructions'],
      ...[
        '--encoding',
        'UTF8',
        '--locale',
        'C',
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
      ],
      ...['--text-search-config', 'english'],
    ])
    writeFileSync(join(cluster, 'pg_hba.conf'), 'host all tracechat 127.0.0.1/32 scram-sha-256\n')
    await run(
      account,
      join(programs, 'bin/postgres'),
      [
        '--single',
        '-D',
        cluster,
        '-c',
        'exit_on_error=on',
        '-c',
        'log_min_error_statement=panic',
        'postgres',
      ],
      `CREATE ROLE tracechat LOGIN CREATEDB PASSWORD '${password}';\nCREATE DATABASE tracechat OWNER tracechat;\n`,
    )
    writeUrl(stage, `postgres://tracechat:${password}@127.0.0.1:${await freePort(0)}/tracechat`)
    renameSync(stage, home)
  } catch (cause) {
    rmSync(stage, { recursive: true, force: true })
    if (existsSync(home)) return // another process that started at the same time was first
    if (cause instanceof AppError) throw cause
    throw new AppError(
      'database_start',
      500,
      `PostgreSQL could not make its files in DATA_DIR ${dataDir}: ${(cause as Error).message}. ` +
        'Set DATA_DIR to a folder on a local disk with room, or DATABASE_URL to a PostgreSQL server of your own.',
      { cause },
    )
  }
}

const execFileAsync = promisify(execFile)

async function run(
  account: ServerAccount,
  program: string,
  programArgs: string[],
  input = '',
): Promise<void> {
  const { file, args, options } = commandAs(account, program, programArgs)
  const running = execFileAsync(file, args, options)
  running.child.stdin?.end(input)
  await running.catch((error: Error & { stderr?: string }) => {
    const lines =
      error.stderr
        ?.trim()
        .split('\n')
        .filter((line) => /error|fatal/i.test(line)) ?? []
    throw new Error(lines.at(-1) ?? error.message.split('\n')[0], { cause: error })
  })
}

/** Detached and with a file for its output, so that it outlives us without holding a pipe of ours. */
function launch(programs: string, account: ServerAccount, cluster: string, port: number, logFile: string) {
  const settings = Object.entries(serverSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { file, args, options } = commandAs(account, join(programs, 'bin/postgres'), [
    ...['-D', cluster, '-p', String(port)],
    ...settings,
  ])
  const output = openSync(logFile, 'a', 0o600)
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.unref()
  const launched = { port, exited: false }
  child.once('exit', () => (launched.exited = true))
  child.once('error', () => (launched.exited = true))
  return launched
}

/** Held in shared mode, on a connection of its own, by every process that uses the server; it dies with the process. */
const leaseKey = 7_228_201

async function takeLease(url: string, log: Logger): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tracechat-lease',
    keepAlive: true,
  })
  client.on('error', (error) =>
    log.warn({ err: error }, 'the connection that keeps the database running was lost'),
  )
  try {
    await client.connect()
    await client.query('SELECT pg_advisory_lock_shared($1)', [leaseKey])
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    if (isDatabaseUnavailable(error)) return undefined // it is starting or stopping
    throw error
  }
}

/** Gives the lease back, and stops the server if that was the last one. */
async function leave(held: pg.Client, cluster: string, url: string, log: Logger): Promise<void> {
  let lease: pg.Client | undefined = held
  expectEnd(lease)
  let last = await isLast(lease).catch(() => undefined)
  if (last === undefined) {
    // The connection was lost meanwhile. Without a server there is nothing left to stop.
    lease = await takeLease(url, log)
    if (!lease) return
    expectEnd(lease)
    last = await isLast(lease)
  }
  const postmaster = last ? runningPostmaster(cluster) : undefined
  if (postmaster) {
    process.kill(postmaster.pid, 'SIGINT') // "fast shutdown": ends connections, writes everything down, exits
    const deadline = Date.now() + stopTimeoutMs
    while (runningPostmaster(cluster) && Date.now() < deadline) await sleep(pollMs)
    if (runningPostmaster(cluster)) log.warn('the embedded PostgreSQL is still stopping; it ends by itself')
  }
  await lease.end()
}

/** Whoever gets the lock alone is the last; of several that leave at once only one does. */
async function isLast(lease: pg.Client): Promise<boolean> {
  await lease.query('SELECT pg_advisory_unlock_shared($1)', [leaseKey])
  const { rows } = await lease.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [leaseKey])
  return rows[0]!.last
}

function expectEnd(lease: pg.Client): void {
  lease.removeAllListeners('error')
  lease.on('error', () => undefined)
}

/** The wanted port if it is free, else any. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen(wanted, '127.0.0.1', () => resolve((probe.address() as AddressInfo).port))
    })
  } catch (error) {
    if (wanted === 0) throw error
    return freePort(0)
  } finally {
    probe.close()
  }
}

function readUrl(home: string): string {
  const file = join(home, 'url')
  try {
    return new URL(readFileSync(file, 'utf8').trim()).href
  } catch (cause) {
    throw new AppError(
      'database_folder',
      500,
      `${file}, which holds the password of the embedded database, cannot be read: ${(cause as Error).message}. ` +
        `Put it back, or remove ${home} to begin with an empty database.`,
      { cause },
    )
  }
}

function writeUrl(home: string, url: string): void {
  writeFileSync(join(home, 'url'), `${url}\n`, { mode: 0o600 })
}

function withPort(url: string, port: number): string {
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

function startFailed(dataDir: string): AppError {
  const logFile = join(dataDir, 'postgres.log')
  const reasons = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => /FATAL|PANIC|ERROR|could not/.test(line))
  return new AppError(
    'database_start',
    500,
    `The embedded PostgreSQL in ${join(dataDir, 'postgres')} does not start: ${reasons.at(-1) ?? 'no reason given'}. ` +
      `${logFile} has more; DATABASE_URL makes the service use a server of your own.`,
  )
}
