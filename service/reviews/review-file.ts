import { companyIdOf } from './company-id.ts'
import { Column, guessRoles, type Roles } from './columns.ts'
import type { NewReview } from './new-review.ts'
import { guessScale, readRating } from './rating.ts'
import { readDate } from './review-date.ts'
import { SourceKeys } from './source-keys.ts'
import { openTable, tableRows, type TableFile } from './table-file.ts'

/** What a file of reviews holds, found by reading it once. */
export interface ReviewFile extends TableFile {
  columns: Column[]
  roles: Roles
  /** Rows after the header, broken ones included. */
  rows: number
}

/** A row of the file as a review, or why it is none. */
export type FileRow =
  | {
      line: number
      review: NewReview
      company: string | null
      /** The file has had this row before, the same in every column. */
      repeated: boolean
    }
  | { line: number; problem: string }

/**
 * Reads the file once to learn its columns. null: it has no header, or no object.
 * `onBytes` is called with the number of bytes read so far.
 */
export async function surveyFile(
  path: string,
  onBytes?: (bytes: number) => void,
): Promise<ReviewFile | null> {
  const table = await openTable(path)
  const columns: Column[] = []
  let rows = 0
  const learn = (headers: string[]) => {
    for (const header of headers.slice(columns.length)) columns.push(new Column(header))
  }
  for await (const row of tableRows(table, learn, onBytes)) {
    rows++
    if ('values' in row) for (const [index, value] of row.values.entries()) columns[index]!.take(value)
  }
  return columns.length > 0 ? { ...table, columns, roles: guessRoles(columns), rows } : null
}

/** The rows of the file as reviews. Every filled column is kept: what has no role becomes an attribute. */
export async function* readReviews(
  file: ReviewFile,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<FileRow> {
  const keys = new SourceKeys()
  for await (const row of tableRows(file, () => undefined, onBytes))
    yield 'problem' in row ? row : toReview(row.line, row.values, file, keys)
}

/** Without what PostgreSQL cannot hold: the NUL character and halves of a character. */
const clean = (value: string) => value.replaceAll('\0', '').toWellFormed().trim()

function toReview(line: number, raw: string[], { columns, roles }: ReviewFile, keys: SourceKeys): FileRow {
  const values = columns.map((_, index) => clean(raw[index] ?? ''))
  const of = (index: number | undefined) => (index === undefined ? '' : values[index]!)
  const text = of(roles.text)
  if (text === '') return { line, problem: `its ${columns[roles.text!]!.header} is blank` }
  const rating = readRating(of(roles.rating))
  if (rating === undefined)
    return {
      line,
      problem: `its ${columns[roles.rating!]!.header} "${shortened(of(roles.rating))}" is no number`,
    }
  const order = roles.date === undefined ? undefined : columns[roles.date]!.dayOrder
  const date = readDate(of(roles.date), order)
  if (date === undefined)
    return { line, problem: `its ${columns[roles.date!]!.header} "${shortened(of(roles.date))}" is no date` }

  const told = new Set([
    roles.text,
    roles.rating,
    roles.date,
    roles.title,
    roles.product,
    roles.author,
    roles.company,
  ])
  const others = columns.flatMap(({ header, numeric }, index): [string, string | number][] =>
    told.has(index) || values[index] === ''
      ? []
      : [[header, numeric ? Number(values[index]) : values[index]!]],
  )
  const company = of(roles.company)
  // Names that make one id are one company, and their ids must not meet.
  const row = columns.map(({ header }, index): [string, string] => [header, values[index]!])
  const { key, repeated } = keys.of(companyIdOf(company), of(roles.id), row)
  return {
    line,
    company: company === '' ? null : company,
    repeated,
    review: {
      source_key: key,
      text,
      title: of(roles.title) || null,
      product: of(roles.product) || null,
      author: of(roles.author) || null,
      rating: rating?.rating ?? null,
      rating_scale: rating ? scaleOf(rating, columns[roles.rating!]!) : null,
      reviewed_at: date,
      attributes: Object.fromEntries(others),
    },
  }
}

/** A rating that names its own maximum, "4/5" beside "8/10", is on that scale. */
function scaleOf({ rating, of }: { rating: number; of?: number }, column: Column) {
  return of === undefined || of < rating
    ? column.scale
    : guessScale(Math.min(rating, column.scale.min), of, of)
}

const shortened = (value: string) => (value.length > 40 ? `${value.slice(0, 40)}…` : value)
