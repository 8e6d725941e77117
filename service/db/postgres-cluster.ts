import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '../errors.ts'
import { accountOf, chooseAccount, commandAs, type ServerAccount } from './postgres-account.ts'
import { postgresPrograms } from './postgres-programs.ts'

/** The files of the embedded server: DATA_DIR/postgres holds the cluster in `data`, and `url`. */
export interface Cluster {
  home: string
  /** What PostgreSQL calls the data directory. */
  data: string
  account: ServerAccount
  /** Holds bin, lib and share. */
  programs: string
}

/** Opens the cluster of DATA_DIR, made if it is not there. Throws `database_folder`, `database_programs` or `database_start`. */
export async function openCluster(dataDir: string): Promise<Cluster> {
  const home = join(dataDir, 'postgres')
  makeDataDir(dataDir)
  if (!existsSync(home)) await createCluster(dataDir, home)
  const account = accountOf(home)
  return { home, data: join(home, 'data'), account, programs: postgresPrograms(account, dataDir) }
}

/** The URL of the last start, with the password. Throws `database_folder`. */
export function readUrl(cluster: Cluster): string {
  const file = join(cluster.home, 'url')
  try {
    return new URL(readFileSync(file, 'utf8').trim()).href
  } catch (cause) {
    throw new AppError(
      'database_folder',
      500,
      `${file}, which holds the password of the embedded database, cannot be read: ${(cause as Error).message}. ` +
        `Put it back, or remove ${cluster.home} to begin with an empty database.`,
      { cause },
    )
  }
}

/** Keeps it for the next start, and for `psql "$(cat data/postgres/url)"`. Readable by its owner only. */
export function writeUrl(cluster: Pick<Cluster, 'home' | 'account'>, url: string): void {
  const file = join(cluster.home, 'url')
  writeFileSync(`${file}.new`, `${url}\n`, { mode: 0o600 })
  // Whoever owns the cluster may start it next time without being root.
  if (cluster.account.kind === 'other') chownSync(`${file}.new`, cluster.account.uid, cluster.account.gid)
  renameSync(`${file}.new`, file) // whole at any time, as others may read it now
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

const initOptions = [
  '--username=postgres',
  '--auth=reject',
  '--no-instructions',
  '--encoding=UTF8',
  // Unicode rules that come with PostgreSQL, the same on every machine.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--text-search-config=english',
]
const singleUserSettings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic']

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
    await run(account, join(programs, 'bin/initdb'), [`--pgdata=${cluster}`, ...initOptions])
    writeFileSync(join(cluster, 'pg_hba.conf'), 'host all tracechat 127.0.0.1/32 scram-sha-256\n')
    await run(
      account,
      join(programs, 'bin/postgres'),
      ['--single', '-D', cluster, ...singleUserSettings, 'postgres'],
      `CREATE ROLE tracechat LOGIN CREATEDB PASSWORD '${password}';\nCREATE DATABASE tracechat OWNER tracechat;\n`,
    )
    // Port 0: none yet.
    writeUrl({ home: stage, account }, `postgres://tracechat:${password}@127.0.0.1:0/tracechat`)
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
    const lines = error.stderr?.trim().split('\n') ?? []
    throw new Error(lines.find((line) => /error|fatal/i.test(line)) ?? lines[0] ?? error.message, {
      cause: error,
    })
  })
}
