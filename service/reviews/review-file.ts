import { createHash } from 'node:crypto'
import { Column, guessRoles, type Roles } from './columns.ts'
import { csvRows } from './csv-rows.ts'
import type { NewReview } from './new-review.ts'
import { readRating } from './rating.ts'
import { readDate } from './review-date.ts'

/** What a file of reviews holds, found by reading it once. */
export interface ReviewFile {
  path: string
  columns: Column[]
  roles: Roles
  /** Rows after the header, broken ones included. */
  rows: number
}

/** A row of the file as a review, or why it is none. */
export type FileRow =
  { line: number; review: NewReview; company: string | null } | { line: number; problem: string }

/**
 * Reads the file once to learn its columns. null: it has no header.
 * `onBytes` is called with the number of bytes read so far.
 */
export async function surveyFile(
  path: string,
  onBytes?: (bytes: number) => void,
): Promise<ReviewFile | null> {
  let columns: Column[] | undefined
  let rows = 0
  for await (const row of csvRows(path, onBytes)) {
    if (columns === undefined) {
      if ('problem' in row) return null
      columns = headers(row.values).map((header) => new Column(header))
      continue
    }
    rows++
    if ('values' in row) for (const [index, value] of row.values.entries()) columns[index]!.take(value)
  }
  return columns ? { path, columns, roles: guessRoles(columns), rows } : null
}

/** Trimmed; nameless and repeated ones get a name of their own, because attributes go by it. */
function headers(values: string[]): string[] {
  const used = new Set<string>()
  return values.map((value, index) => {
    const name = value.trim() || `column ${index + 1}`
    let unique = name
    for (let copy = 2; used.has(unique); copy++) unique = `${name} (${copy})`
    used.add(unique)
    return unique
  })
}

/**
 * The rows of the file as reviews. Every filled column is kept: what has no role becomes an attribute.
 *
 * A review is the same review if its id is; a file without ids, or an id that comes twice with different contents, goes
 * by the whole row. So rows that differ in any column are different reviews, and a file can be read again and again.
 */
export async function* readReviews(
  file: ReviewFile,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<FileRow> {
  const keys = new SourceKeys()
  let first = true
  for await (const row of csvRows(file.path, onBytes)) {
    if (first) {
      first = false
      continue
    }
    yield 'problem' in row ? row : toReview(row.line, row.values, file, keys)
  }
}

function toReview(line: number, raw: string[], { columns, roles }: ReviewFile, keys: SourceKeys): FileRow {
  // PostgreSQL cannot hold the NUL character.
  const values = raw.map((value) => value.replaceAll('\0', '').trim())
  const of = (index: number | undefined) => (index === undefined ? '' : values[index]!)
  const text = of(roles.text)
  if (text === '') return { line, problem: `its ${columns[roles.text!]!.header} is blank` }
  const rating = readRating(of(roles.rating))
  if (rating === undefined)
    return { line, problem: `its ${columns[roles.rating!]!.header} "${of(roles.rating)}" is no number` }
  const order = roles.date === undefined ? undefined : columns[roles.date]!.dayOrder
  const date = readDate(of(roles.date), order)
  if (date === undefined)
    return { line, problem: `its ${columns[roles.date!]!.header} "${of(roles.date)}" is no date` }

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
  return {
    line,
    company: company === '' ? null : company,
    review: {
      source_key: keys.of(
        company,
        of(roles.id),
        columns.map(({ header }, index) => [header, values[index]!]),
      ),
      text,
      title: of(roles.title) || null,
      product: of(roles.product) || null,
      author: of(roles.author) || null,
      rating: rating?.rating ?? null,
      rating_scale: rating ? columns[roles.rating!]!.scale : null,
      reviewed_at: date,
      attributes: Object.fromEntries(others),
    },
  }
}

/** Remembers the ids of one file, some 50 bytes each, to tell a repeated row from a repeated id. */
class SourceKeys {
  private readonly contents = new Map<string, string>()

  of(company: string, id: string, row: [string, string][]): string {
    const filled = row.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1))
    const content = createHash('sha256').update(JSON.stringify(filled)).digest('base64url').slice(0, 22)
    if (id === '') return `row:${content}`
    const known = this.contents.get(`${company}\0${id}`)
    if (known === undefined) this.contents.set(`${company}\0${id}`, content)
    return known === undefined || known === content ? `id:${id}` : `id:${id}:${content}`
  }
}
