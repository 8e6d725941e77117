import knex, { type Knex } from 'knex'
import pg from 'pg'
import type { Logger } from '../log.ts'

/** A statement that runs longer than this is a mistake; exports and migrations set their own limit. */
const statementTimeoutMs = 30_000
const connectTimeoutMs = 5_000

const oid = { int8: 20, date: 1082 } as const

/**
 * Opens a pool on a PostgreSQL database; the first query connects.
 *
 * Values arrive as: numeric → string (no digit of a cost is lost), timestamptz → Date,
 * date → 'YYYY-MM-DD' (a Date would shift it by the time zone), bigint and so count(*) → number.
 *
 * A server that goes away fails the queries of that moment (see {@link isDatabaseUnavailable}); later ones reconnect.
 */
export function openDatabase(url: string, options: { poolMax?: number; log?: Logger } = {}): Knex {
  const { poolMax = 10, log } = options
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'tracechat',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      keepAlive: true,
      types: { getTypeParser },
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: poolMax, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: connectTimeoutMs + 1_000,
    // Knex would print to stdout. What it says of a failed query also reaches the caller, as the error.
    log: {
      error: (text: unknown) => log?.warn({ knex: String(text) }, 'database connection lost or refused'),
      warn: (text: unknown) => log?.warn({ knex: String(text) }, 'database warning'),
      deprecate: () => undefined,
      debug: () => undefined,
    },
  })
}

function getTypeParser(id: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (id === oid.int8) return Number
  if (id === oid.date) return (text) => text
  return pg.types.getTypeParser(id, format as 'text')
}

/** Whether the database could not be reached or went away, so that the same may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (unavailableCodes.has(code) || code.startsWith('08')) return true
  if (error.name === 'KnexTimeoutError') return true
  return code === '' && codelessLosses.some((text) => error.message.includes(text))
}

const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
])

/** pg gives these no code, so their text is all there is to go by. */
const codelessLosses = [
  'Connection terminated',
  'timeout expired',
  'Client has encountered a connection error',
]

/** A database URL fit for the eyes of others: the password is left out. */
export function withoutPassword(url: string): string {
  const parsed = new URL(url)
  if (parsed.password) parsed.password = '***'
  return parsed.href
}
