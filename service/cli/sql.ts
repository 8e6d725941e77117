/** npm run sql -- "SELECT ...": prints what one statement reads from the database of the settings, as a table. */
import { text } from 'node:stream/consumers'
import { loadConfig, readEnvironment } from '../config.ts'
import { connect } from '../db/connect.ts'
import { readOnlyQuery } from '../db/read-only-query.ts'
import { AppError } from '../errors.ts'
import { createLogger } from '../log.ts'
import { formatTable } from './table.ts'

const usage = 'Usage: npm run sql -- "SELECT ..."   (or the statement on standard input)'

// A reader such as head may leave before the end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  const sql = process.argv[2] ? process.argv.slice(2).join(' ') : await standardInput()
  if (sql.trim()) await print(sql)
  else {
    console.error(usage)
    process.exitCode = 2
  }
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

async function standardInput(): Promise<string> {
  return process.stdin.isTTY ? '' : text(process.stdin)
}

async function print(sql: string): Promise<void> {
  const connection = await connect(loadConfig(readEnvironment()), createLogger('error', process.stderr), {
    poolMax: 1,
  })
  try {
    const started = performance.now()
    const { columns, rows, command } = await readOnlyQuery(connection.db, sql).catch((error: unknown) => {
      throw sqlError(error, sql)
    })
    const took = `${(performance.now() - started).toFixed(0)} ms`
    if (columns.length === 0) {
      console.log(`${command} (${took})`)
      return
    }
    console.log(formatTable(columns, rows, process.stdout.isTTY ? process.stdout.columns : Infinity))
    console.log(`(${rows.length} ${rows.length === 1 ? 'row' : 'rows'}, ${took})`)
  } finally {
    await connection.close()
  }
}

/** One line of what PostgreSQL says about a statement; other errors stay as they are. */
function sqlError(error: unknown, sql: string): unknown {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return error
  const { code, message, position, hint } = error as Error & {
    code: string
    position?: string
    hint?: string
  }
  const refuse = (line: string) => new AppError('sql_error', 400, line, { cause: error })
  if (code === '25006')
    return refuse(`npm run sql only reads: ${message}. Use psql with the database URL to write.`)
  if (message.includes('multiple commands')) {
    return refuse('Give one statement at a time: there is more after the semicolon.') // 42601 like bad syntax
  }
  const advice = code === '42P01' ? 'Tables are made when the service starts for the first time.' : hint
  return refuse(
    [`SQL error ${code}${placeOf(sql, Number(position))}: ${message}.`, advice].filter(Boolean).join(' '),
  )
}

/** PostgreSQL counts characters from 1, over all lines. */
function placeOf(sql: string, position: number): string {
  if (!position) return ''
  const before = [...sql]
    .slice(0, position - 1)
    .join('')
    .split('\n')
  return ` at line ${before.length}, column ${[...before.at(-1)!].length + 1}`
}

/** What a person can act on is one line; a mistake of ours shows where it happened. */
function explain(error: unknown): string {
  if (error instanceof AppError) return error.message
  if (error instanceof Error && 'code' in error)
    return `The database cannot be used: ${error.message || String(error.code)}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
