import type { Logger } from '../log.ts'

export interface EmbeddedPostgres {
  /** postgres://tracechat:…@127.0.0.1:PORT/tracechat, with the password; psql takes it too. */
  url: string
  /** Whether the server was running already. */
  adopted: boolean
  /** Leaves the server; the last process to leave stops it and waits for its end. Close all pools first. */
  stop(): Promise<void>
}

/** Starts the PostgreSQL server of DATA_DIR, or joins the one that runs there. */
export async function startEmbeddedPostgres(_options: {
  dataDir: string
  log: Logger
}): Promise<EmbeddedPostgres> {
  throw new Error('not written yet')
}
