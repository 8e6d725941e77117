import type { Knex } from 'knex'
import type pg from 'pg'

/** Everything as PostgreSQL writes it; null = NULL. */
export interface TextRows {
  columns: { name: string; numeric: boolean }[]
  rows: (string | null)[][]
  /** SELECT, SHOW, ... */
  command: string
}

/** int8, int2, int4, oid, float4, float8, money, numeric */
const numericTypes = new Set([20, 21, 23, 26, 700, 701, 790, 1700])

/**
 * Runs one statement as it was typed, in a transaction that can only read.
 * Errors are those of pg: 25006 for a statement that writes, 42601 for several statements and for bad syntax.
 */
export async function readOnlyQuery(db: Knex, sql: string): Promise<TextRows> {
  // Past knex, for which a question mark in the text would be a parameter.
  const connection = (await db.client.acquireConnection()) as pg.Client
  try {
    await connection.query('BEGIN READ ONLY')
    const query: pg.QueryArrayConfig & { queryMode: 'extended' } = {
      text: sql,
      rowMode: 'array',
      queryMode: 'extended', // takes a single statement, so that none can end the transaction and go on
      types: { getTypeParser: () => (text: string) => text },
    }
    const result = await connection.query<(string | null)[]>(query)
    return {
      columns: result.fields.map(({ name, dataTypeID }) => ({ name, numeric: numericTypes.has(dataTypeID) })),
      rows: result.rows,
      command: result.command,
    }
  } finally {
    await connection.query('ROLLBACK')
    await db.client.releaseConnection(connection)
  }
}
