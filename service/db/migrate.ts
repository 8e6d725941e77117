import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Knex } from 'knex'

const folder = join(import.meta.dirname, '../../migrations')

/** Any number, as long as nothing else in this database locks it. */
const lockKey = 7_228_202

/**
 * Brings the schema up to date: runs the files of migrations/ that this database has not seen, by name, each in a
 * transaction. Several processes may call it at once; one works, the others wait and find nothing to do.
 * Needs a pool of at least two connections. Returns the names of the migrations it ran.
 */
export async function migrate(db: Knex): Promise<string[]> {
  return db.transaction(async (lock) => {
    // Knex has a lock table of its own, but a crash leaves it locked and a second process fails instead of waiting.
    // A lock of the transaction ends with its connection, whatever becomes of the process.
    await lock.raw('SET LOCAL statement_timeout = 0')
    await lock.raw('SELECT pg_advisory_xact_lock(?)', [lockKey])
    await db.migrate.forceFreeMigrationsLock()
    const [, ran] = (await db.migrate.latest({ migrationSource: source })) as [number, string[]]
    return ran
  })
}

/** Node runs the .ts files itself, so a migration is imported like any module. */
const source: Knex.MigrationSource<string> = {
  async getMigrations() {
    return (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort()
  },
  getMigrationName: (file) => file,
  async getMigration(file) {
    const migration = (await import(pathToFileURL(join(folder, file)).href)) as Knex.Migration
    return {
      ...migration,
      async up(trx) {
        // Rewriting a large table takes as long as it takes.
        await trx.raw('SET LOCAL statement_timeout = 0')
        await migration.up(trx)
      },
    }
  },
}
