import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { loadConfig, readEnvironment } from '../config.ts'
import { ensureCompany } from '../db/companies.ts'
import { isDatabaseUnavailable, openDatabase } from '../db/database.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { migrate } from '../db/migrate.ts'
import { insertReviews } from '../db/reviews.ts'
import { AppError } from '../errors.ts'
import { createLogger } from '../log.ts'
import { companyIdOf, companyNameOf } from '../reviews/company-id.ts'
import type { Role, Roles } from '../reviews/columns.ts'
import type { NewReview } from '../reviews/new-review.ts'
import { readReviews, surveyFile, type ReviewFile } from '../reviews/review-file.ts'
import { Progress } from './progress.ts'

const usage = 'Usage: npm run reviews:import -- FILE.csv --company ID | --company-column COLUMN'
const batchSize = 1000
const namedProblems = 20

/** Ends the command with exit code 2: it was called wrongly. */
class UsageError extends Error {}

interface Arguments {
  path: string
  company: string | undefined
  companyColumn: string | undefined
}

function readArguments(args: string[]): Arguments {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { company: { type: 'string' }, 'company-column': { type: 'string' } },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]!}. ${usage}`)
  }
  const { positionals, values } = parsed
  if (positionals.length !== 1) throw new UsageError(`Name one file. ${usage}`)
  const { company, 'company-column': companyColumn } = values
  if (company !== undefined && companyColumn !== undefined)
    throw new UsageError('Give --company or --company-column, not both.')
  if (company !== undefined && !/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(company))
    throw new UsageError(
      `--company "${company}" is no id: letters, digits, ".", "_" and "-", at most 100, such as comp-123.`,
    )
  return { path: positionals[0]!, company, companyColumn }
}

/** null: there is none, or it may not be read. */
async function readable(path: string): Promise<Stats | null> {
  try {
    await access(path, constants.R_OK)
    const found = await stat(path)
    return found.isFile() ? found : null
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

async function survey({ path, company, companyColumn }: Arguments): Promise<ReviewFile> {
  const found = await readable(path)
  if (!found) throw new UsageError(`There is no file ${path} that can be read.`)
  const progress = new Progress('Reading', found.size)
  const file = await surveyFile(path, (bytes) => progress.at(bytes))
  progress.end()
  if (file === null) throw new UsageError(`${path} has no header row, so that its columns have no names.`)
  const headers = file.columns.map((column) => column.header)
  if (companyColumn !== undefined) {
    const index = headers.findIndex((header) => header.toLowerCase() === companyColumn.trim().toLowerCase())
    if (index < 0)
      throw new UsageError(`There is no column "${companyColumn}". Columns: ${headers.join(', ')}.`)
    file.roles = withCompany(file.roles, index)
  } else if (company === undefined) {
    const hint =
      file.roles.company === undefined ? '' : ` --company-column ${headers[file.roles.company]!} looks right.`
    throw new UsageError(`Say whose reviews these are: --company ID or --company-column COLUMN.${hint}`)
  } else delete file.roles.company
  if (file.roles.text === undefined)
    throw new UsageError(
      `No column of ${path} looks like the text of a review. Columns: ${headers.join(', ')}.`,
    )
  return file
}

/** The column named by the user is the company, whatever it was taken for. */
function withCompany(guessed: Roles, column: number): Roles {
  const others = Object.entries(guessed).filter(([, index]) => index !== column)
  return { ...Object.fromEntries(others), company: column }
}

/** What each column was taken for, as a table. */
function columnTable({ columns, roles }: ReviewFile): string {
  const rows = columns.map(({ header }, index) => {
    const role = (Object.keys(roles) as Role[]).find((each) => roles[each] === index)
    return [header, role === undefined ? 'attribute' : `${role}${detail(role, index)}`]
  })
  const width = Math.max(6, ...rows.map(([header]) => header!.length))
  return [['COLUMN', 'BECOMES'], ...rows]
    .map(([header, role]) => `  ${header!.padEnd(width)}  ${role!}`)
    .join('\n')

  function detail(role: Role, index: number): string {
    const column = columns[index]!
    if (role === 'rating') {
      const { scale, range } = column
      return `, on a scale of ${scale.min}–${scale.max} (values ${range.min}–${range.max})`
    }
    if (role === 'date' && column.dayOrder)
      return column.dayOrder === 'day-first' ? ', day before month' : ', month before day'
    return role === 'id' ? ', and attribute' : ''
  }
}

interface Outcome {
  rows: number
  added: number
  /** Rows that an earlier row of the file repeats in every column. */
  repeated: number
  /** Rows that have the text of an earlier row and differ elsewhere. */
  sameText: number
  bad: number
  /** The first bad rows. */
  problems: string[]
  companies: Set<string>
}

async function importFile(db: Knex, file: ReviewFile, company: string | undefined): Promise<Outcome> {
  const companies = new Set<string>()
  const outcome: Outcome = { rows: 0, added: 0, repeated: 0, sameText: 0, bad: 0, problems: [], companies }
  const keys = new Set<number>()
  const texts = new Set<number>()
  const batches = new Map<string, NewReview[]>()
  let waiting = 0
  const write = async () => {
    for (const [id, reviews] of batches) outcome.added += await insertReviews(db, id, reviews)
    batches.clear()
    waiting = 0
  }
  const refuse = (line: number, problem: string) => {
    outcome.bad++
    if (outcome.problems.length < namedProblems) outcome.problems.push(`line ${line}: ${problem}`)
  }
  const progress = new Progress('Importing', file.rows)
  for await (const row of readReviews(file)) {
    progress.at(++outcome.rows)
    if ('problem' in row) {
      refuse(row.line, row.problem)
      continue
    }
    const name = company ?? row.company ?? ''
    const id = company ?? companyIdOf(name)
    if (id === '') {
      refuse(row.line, 'it names no company')
      continue
    }
    if (!companies.has(id)) await ensureCompany(db, { company_id: id, name: companyNameOf(name) })
    companies.add(id)
    if (!addedTo(keys, `${id}\0${row.review.source_key}`)) outcome.repeated++
    else if (!addedTo(texts, `${id}\0${row.review.text}`)) outcome.sameText++
    const batch = batches.get(id)
    if (batch) batch.push(row.review)
    else batches.set(id, [row.review])
    if (++waiting >= batchSize) await write()
  }
  await write()
  progress.end()
  return outcome
}

/** Keeps 48 bits of a hash instead of the value, so that large files fit. */
function addedTo(seen: Set<number>, value: string): boolean {
  const before = seen.size
  return seen.add(createHash('sha256').update(value).digest().readUIntBE(0, 6)).size > before
}

const count = (value: number, noun = '') =>
  `${value.toLocaleString('en-US')}${noun && ` ${noun}${value === 1 ? '' : 's'}`}`

function report({ rows, added, repeated, sameText, bad, problems, companies }: Outcome): string[] {
  const there = rows - bad - added - repeated
  const lines = [
    `${count(rows, 'row')} read: ${count(added)} added, ${count(there)} already there` +
      `${repeated > 0 ? `, ${count(repeated)} the same as another row` : ''}, ${count(bad)} bad` +
      ` (company ${[...companies].slice(0, 3).join(', ')}${companies.size > 3 ? ` and ${count(companies.size - 3)} more` : ''}).`,
  ]
  if (sameText > 0)
    lines.push(
      `${count(sameText, 'row')} with the text of another row but a difference elsewhere: kept as reviews of their own.`,
    )
  if (bad > 0) {
    lines.push(`${count(bad, 'bad row')} left out:`, ...problems.map((problem) => `  ${problem}`))
    if (bad > problems.length) lines.push(`  and ${count(bad - problems.length)} more`)
  }
  return lines
}

async function run(args: string[]): Promise<void> {
  const given = readArguments(args)
  const file = await survey(given)
  process.stdout.write(`${basename(given.path)}: ${count(file.rows, 'row')}\n${columnTable(file)}\n`)
  const config = loadConfig(readEnvironment())
  const log = createLogger('warn')
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, log })
      : undefined
  const db = openDatabase(config.databaseUrl ?? embedded!.url)
  try {
    await migrate(db)
    const outcome = await importFile(db, file, given.company)
    process.stdout.write(`${report(outcome).join('\n')}\n`)
    if (outcome.rows > 0 && outcome.bad === outcome.rows) process.exitCode = 1
  } finally {
    await db.destroy()
    await embedded?.stop()
  }
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof AppError) && !isDatabaseUnavailable(error))
    throw error
  const what = isDatabaseUnavailable(error) ? 'The database cannot be reached. Check DATABASE_URL. ' : ''
  process.stderr.write(`${what}${(error as Error).message}\n`)
  process.exitCode =
    error instanceof UsageError || (error instanceof AppError && error.code === 'bad_setting') ? 2 : 1
}
