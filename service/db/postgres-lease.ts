import pg from 'pg'
import type { Logger } from '../log.ts'
import { isDatabaseUnavailable } from './database.ts'

/** Held in shared mode by every process that uses the embedded server, on a connection of its own, so that it ends with the process. */
const leaseKey = 7_228_201

/** The right to find the server running. */
export interface Lease {
  /** Gives it back. True for the last holder, who must stop the server; nobody else can take a lease until `end`. */
  release(): Promise<boolean>
  end(): Promise<void>
}

/** Connects and takes a lease; undefined while the server starts or stops. */
export async function takeLease(url: string, log: Logger): Promise<Lease | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tracechat-lease',
    keepAlive: true,
  })
  let released = false
  client.on('error', (error) => {
    if (!released)
      log.warn({ err: error }, 'the connection that keeps the embedded database running was lost')
  })
  try {
    await client.connect()
    await client.query('SELECT pg_advisory_lock_shared($1)', [leaseKey])
  } catch (error) {
    await client.end()
    if (isDatabaseUnavailable(error)) return undefined
    throw error
  }
  return {
    async release() {
      released = true
      await client.query('SELECT pg_advisory_unlock_shared($1)', [leaseKey])
      // Whoever gets the lock alone is the last; of several that leave at once only one does.
      const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [
        leaseKey,
      ])
      return rows[0]!.last
    },
    end: () => client.end(),
  }
}
