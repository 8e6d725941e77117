import type { Knex } from 'knex'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

export interface Connection {
  db: Knex
  /** With the password. */
  url: string
  /** Closes the pool, then leaves the embedded server, which stops if nobody else uses it. */
  close(): Promise<void>
}

/**
 * The database of the settings: DATABASE_URL, or else the embedded server of DATA_DIR, which is started unless it runs.
 * Does not migrate.
 */
export async function connect(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Logger,
  options: { poolMax?: number } = {},
): Promise<Connection> {
  const embedded = config.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  const url = config.databaseUrl ?? embedded!.url
  const db = openDatabase(url, { ...options, log })
  return {
    db,
    url,
    async close() {
      await db.destroy()
      await embedded?.stop()
    },
  }
}
