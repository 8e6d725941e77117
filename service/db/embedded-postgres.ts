import { spawn } from 'node:child_process'
import { chownSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { commandAs } from './postgres-account.ts'
import { openCluster, readUrl, writeUrl, type Cluster } from './postgres-cluster.ts'
import { takeLease, type Lease } from './postgres-lease.ts'
import { removeMisleadingLock, runningPostmaster } from './postmaster.ts'

/** Long enough for the recovery after a crash. */
const startTimeoutMs = 60_000
const stopTimeoutMs = 15_000
const pollMs = 10
const maxLaunches = 3

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
 * It listens on loopback only, on a port that stays the same while it is free, and wants the generated password. Its
 * process group is its own, so that a Ctrl-C meant for us does not stop it before our last write. Its log is
 * DATA_DIR/postgres.log.
 *
 * Throws AppError `database_folder`, `database_programs` or `database_start`.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  log: Logger
}): Promise<EmbeddedPostgres> {
  const { log } = options
  const dataDir = resolve(options.dataDir)
  const cluster = await openCluster(dataDir)
  const logFile = join(dataDir, 'postgres.log')

  let launched: Launched | undefined
  let launches = 0
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const postmaster = runningPostmaster(cluster.data)
    if (postmaster?.ready) {
      const url = withPort(readUrl(cluster), postmaster.port)
      const lease = await takeLease(url, log)
      if (lease) {
        const adopted = launched?.pid !== postmaster.pid
        if (!adopted) writeUrl(cluster, url)
        return { url, adopted, stop: () => leave(lease, cluster, url, log) }
      }
    } else if (!postmaster && (!launched || launched.exited)) {
      if (launches++ === maxLaunches) throw startFailed(cluster, logFile)
      removeMisleadingLock(cluster.data)
      // After a failure another port: someone may have taken this one in between.
      const port = await freePort(launches === 1 ? Number(new URL(readUrl(cluster)).port) : 0)
      launched = launch(cluster, port, logFile)
    }
    if (Date.now() > deadline) throw startFailed(cluster, logFile)
    await sleep(pollMs)
  }
}

interface Launched {
  pid: number | undefined
  exited: boolean
}

/** Detached and with a file for its output, so that it outlives us without holding a pipe of ours. */
function launch({ data, programs, account }: Cluster, port: number, logFile: string): Launched {
  const settings = Object.entries(serverSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { file, args, options } = commandAs(account, join(programs, 'bin/postgres'), [
    ...['-D', data, '-p', String(port)],
    ...settings,
  ])
  const output = openSync(logFile, 'a', 0o600)
  if (account.kind === 'other') chownSync(logFile, account.uid, account.gid)
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.unref()
  const launched: Launched = { pid: child.pid, exited: false }
  const ended = () => {
    launched.exited = true
  }
  child.once('exit', ended)
  child.once('error', ended)
  return launched
}

/** Gives the lease back, and stops the server if that was the last one. */
async function leave(held: Lease, cluster: Cluster, url: string, log: Logger): Promise<void> {
  let lease: Lease | undefined = held
  let last: boolean
  try {
    last = await lease.release()
  } catch (error) {
    log.warn(
      { err: error },
      'the lease on the embedded database was lost; asking again whether it is still used',
    )
    lease = await takeLease(url, log)
    if (!lease) return // no server, nothing to stop
    last = await lease.release()
  }
  const postmaster = last ? runningPostmaster(cluster.data) : undefined
  if (postmaster) {
    process.kill(postmaster.pid, 'SIGINT') // "fast shutdown": ends connections, writes everything down, exits
    const deadline = Date.now() + stopTimeoutMs
    while (runningPostmaster(cluster.data) && Date.now() < deadline) await sleep(pollMs)
    if (runningPostmaster(cluster.data))
      log.warn('the embedded PostgreSQL is still stopping and will end by itself')
  }
  await lease.end()
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

function withPort(url: string, port: number): string {
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

function startFailed(cluster: Cluster, logFile: string): AppError {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : []
  const reason = lines.findLast((line) => /FATAL|PANIC|ERROR|could not/.test(line)) ?? 'no reason given'
  return new AppError(
    'database_start',
    500,
    `The embedded PostgreSQL in ${cluster.home} does not start: ${reason}. ` +
      `${logFile} may say more; set DATABASE_URL to use a server of your own.`,
  )
}
