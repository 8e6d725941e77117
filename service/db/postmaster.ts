import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

/** The first process of a running server, as its lock file names it. */
export interface Postmaster {
  pid: number
  port: number
  /** Accepts connections; false while it starts or stops. */
  ready: boolean
}

/**
 * The server that runs on this cluster, if any. A lock file that outlived its server, after a crash or a restart of
 * the machine, counts as none, even if its process id now belongs to some other program.
 */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  const lines = lockFile(cluster)
  const pid = Number(lines[0])
  if (!pid || !servesCluster(pid, cluster)) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * Removes a lock file whose process id belongs to some other program, as happens when a container starts again:
 * PostgreSQL would take that program for a server and refuse to start. It deals with dead process ids by itself.
 */
export function removeMisleadingLock(cluster: string): void {
  const pid = Number(lockFile(cluster)[0])
  if (pid && commandOf(pid).length > 0 && !servesCluster(pid, cluster))
    unlinkSync(join(cluster, 'postmaster.pid'))
}

/** Lines: process id, data folder, start time, port, socket folder, address, shared memory, status. */
function lockFile(cluster: string): string[] {
  try {
    return readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function servesCluster(pid: number, cluster: string): boolean {
  const command = commandOf(pid)
  const folder = command[command.indexOf('-D') + 1]
  if (!command[0]?.endsWith('postgres') || folder === undefined) return false
  return folder === cluster || realpathSync.native(cluster) === folder
}

/** The words of a process's command line; none if it is gone. */
function commandOf(pid: number): string[] {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
      throw error
    }
  }
  // A folder with spaces comes in pieces; the postmaster is always started by us with -D as its first option and -p next.
  const line = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    encoding: 'utf8',
  }).stdout.trim()
  const match = /^(.*postgres) -D (.*?) -p /.exec(line)
  return match ? [match[1]!, '-D', match[2]!] : line.split(' ').filter(Boolean)
}
