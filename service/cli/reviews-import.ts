/** npm run reviews:import -- FILE --company ID: reads a file of reviews into the database of the settings. */
import { constants, type Stats } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Knex } from 'knex'
import { loadConfig, readEnvironment } from '../config.ts'
import { ensureCompany } from '../db/companies.ts'
import { connect } from '../db/connect.ts'
import { isDatabaseUnavailable } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { saveReviews } from '../db/reviews.ts'
import { AppError } from '../errors.ts'
import { createLogger } from '../log.ts'
import { companyIdOf, companyNameOf } from '../reviews/company-id.ts'
import { fingerprint, Fingerprints } from '../reviews/fingerprints.ts'
import type { NewReview } from '../reviews/new-review.ts'
import { readReviews, surveyFile, type ReviewFile } from '../reviews/review-file.ts'
import { applyMapping, readArguments, UsageError, type Arguments } from './import-arguments.ts'
import { describeFile, describeOutcome, type Outcome } from './import-report.ts'
import { Progress } from './progress.ts'

// Rows live for a moment. V8 would rather let them lie, in 100 MB more, than collect them often.
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=20')

const batchSize = 300
/** Long reviews are written earlier, so that they do not fill the memory. */
const batchCharacters = 2_000_000
const namedProblems = 20

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

async function survey({ path, company, mapping }: Arguments): Promise<ReviewFile> {
  const found = await readable(path)
  if (!found) throw new UsageError(`There is no file ${path} that can be read.`)
  const progress = new Progress('Reading', found.size)
  const file = await surveyFile(path, (bytes) => progress.at(bytes))
  progress.end()
  if (file === null)
    throw new UsageError(`${path} has no header row and no JSON objects, so that its columns have no names.`)
  applyMapping(file, mapping)
  const headers = file.columns.map((column) => column.header)
  if (company !== undefined) delete file.roles.company
  else if (!mapping.company) {
    const hint =
      file.roles.company === undefined ? '' : ` --company-column ${headers[file.roles.company]!} looks right.`
    throw new UsageError(`Say whose reviews these are: --company ID or --company-column COLUMN.${hint}`)
  }
  if (file.roles.text === undefined)
    throw new UsageError(
      `No column of ${path} looks like the text of a review; name it with --map text=COLUMN. Columns: ${headers.join(', ')}.`,
    )
  return file
}

async function importFile(db: Knex, file: ReviewFile, company: string | undefined): Promise<Outcome> {
  const companies = new Set<string>()
  const outcome: Outcome = {
    rows: 0,
    added: 0,
    updated: 0,
    repeated: 0,
    sameText: 0,
    bad: 0,
    problems: [],
    companies,
  }
  const texts = new Fingerprints()
  const batches = new Map<string, NewReview[]>()
  let waiting = 0
  let characters = 0
  const write = async () => {
    for (const [id, reviews] of batches) {
      const { added, updated } = await saveReviews(db, id, reviews)
      outcome.added += added
      outcome.updated += updated
    }
    batches.clear()
    waiting = 0
    characters = 0
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
    if (row.repeated) {
      outcome.repeated++
      continue
    }
    const text = fingerprint(`${id}\0${row.review.text}`)
    if (texts.get(text) === undefined) texts.set(text, 1)
    else outcome.sameText++
    if (!companies.has(id)) await ensureCompany(db, { company_id: id, name: companyNameOf(name) })
    companies.add(id)
    const batch = batches.get(id)
    if (batch) batch.push(row.review)
    else batches.set(id, [row.review])
    characters += row.review.text.length
    if (++waiting >= batchSize || characters >= batchCharacters) await write()
  }
  await write()
  progress.end()
  return outcome
}

async function run(args: string[]): Promise<void> {
  const given = readArguments(args)
  const file = await survey(given)
  process.stdout.write(`${describeFile(basename(given.path), file)}\n`)
  const { db, close } = await connect(loadConfig(readEnvironment()), createLogger('warn'))
  try {
    await migrate(db)
    const outcome = await importFile(db, file, given.company)
    process.stdout.write(`${describeOutcome(outcome)}\n`)
    if (outcome.rows > 0 && outcome.bad === outcome.rows) process.exitCode = 1
  } finally {
    await close()
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
