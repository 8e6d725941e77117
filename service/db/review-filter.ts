import type { Knex } from 'knex'
import { AppError, invalid } from '../errors.ts'
import type { ReviewFilter } from '../reviews/review-source.ts'
import { commonRating, ratingScales } from './rating-scales.ts'

/** A fresh query over `reviews as r`. A function, because a query is a promise: resolving to it would run it. */
export type SelectedReviews = () => Knex.QueryBuilder

/** The company's reviews that meet the filter. */
export async function filteredReviews(
  db: Knex,
  companyId: string,
  filter: ReviewFilter,
): Promise<SelectedReviews> {
  const query = db('reviews as r').where('r.company_id', companyId)
  if (filter.sentiment) query.where('r.sentiment', filter.sentiment)
  if (filter.min_rating !== undefined || filter.max_rating !== undefined) {
    const rating = commonRating(db, await ratingScales(db, companyId))
    if (filter.min_rating !== undefined) query.where(db.raw('? >= ?', [rating, filter.min_rating]))
    if (filter.max_rating !== undefined) query.where(db.raw('? <= ?', [rating, filter.max_rating]))
  }
  if (filter.from !== undefined) query.where('r.reviewed_at', '>=', firstDay('from', filter.from))
  if (filter.to !== undefined) query.where('r.reviewed_at', '<=', lastDay('to', filter.to))
  if (filter.product !== undefined) {
    await matchText(db, companyId, query, db.raw('r.product'), filter.product)
  }
  for (const [name, value] of Object.entries(filter.attributes ?? {})) {
    const column = await importedColumn(db, companyId, name)
    await matchText(db, companyId, query, db.raw('r.attributes ->> ?', [column]), value)
  }
  return () => query.clone()
}

/**
 * The value ignoring case, numbers by what they are ("2.0" is 2); where no review has exactly it, those that contain it,
 * but no number within another: "747" finds "BOEING 747-400" and not "7470".
 */
async function matchText(
  db: Knex,
  companyId: string,
  query: Knex.QueryBuilder,
  column: Knex.Raw,
  given: string,
): Promise<void> {
  const value = given.replaceAll('\0', '').trim()
  const number = /^-?\d+\.\d+$/.test(value) ? String(Number(value)) : value
  const whole = db.raw('lower(?) in (lower(?), lower(?))', [column, value, number])
  const exact: unknown = await db('reviews as r')
    .where('r.company_id', companyId)
    .where(whole)
    .first(db.raw('1'))
  if (exact !== undefined) query.where(whole)
  else {
    const literal = value.replace(/[^\p{L}\p{N}\s]/gu, '\\$&')
    const pattern = `${/^\d/.test(value) ? '(?<![0-9])' : ''}${literal}${/\d$/.test(value) ? '(?![0-9])' : ''}`
    query.where(db.raw('? ~* ?', [column, pattern]))
  }
}

/**
 * The imported column that a name means: as it is, else ignoring case and punctuation ("Cabin flown" for
 * cabin_flown), else the only one that contains it. Throws unknown_column, which lists what there is.
 */
export async function importedColumn(db: Knex, companyId: string, name: string): Promise<string> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select distinct jsonb_object_keys(attributes) as name from reviews where company_id = ? order by name`,
    [companyId],
  )
  const names = rows.map((row) => row.name)
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const wanted = plain(name)
  const containing = names.filter((each) => wanted !== '' && plain(each).includes(wanted))
  const found =
    names.find((each) => each === name) ??
    names.find((each) => plain(each) === wanted) ??
    (containing.length === 1 ? containing[0] : undefined)
  if (found !== undefined) return found
  throw new AppError(
    'unknown_column',
    400,
    `These reviews have no column "${name}". ` +
      (names.length > 0 ? `Columns: ${names.join(', ')}.` : 'They have no imported columns.'),
    { details: { column: name, columns: names } },
  )
}

/** "2026", "2026-05" and "2026-05-17" as the first day they mean. */
function firstDay(field: string, value: string): string {
  const [year, month, day] = dateParts(field, value)
  return `${year}-${month ?? '01'}-${day ?? '01'}`
}

function lastDay(field: string, value: string): string {
  const [year, month, day] = dateParts(field, value)
  const last = new Date(Date.UTC(Number(year), Number(month ?? '12'), 0)).getUTCDate()
  return `${year}-${month ?? '12'}-${day ?? String(last).padStart(2, '0')}`
}

function dateParts(field: string, value: string): [string, string | undefined, string | undefined] {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?$/.exec(value.trim())
  const date = found && new Date(`${found[1]!}-${found[2] ?? '01'}-${found[3] ?? '01'}T00:00:00Z`)
  // A day that does not exist rolls over into another, which shows.
  if (!found || !date || Number.isNaN(date.getTime()) || (found[3] && date.getUTCDate() !== Number(found[3])))
    throw invalid(field, `"${value}" is not a date. Write it as 2026-05-17.`)
  return [found[1]!, found[2], found[3]]
}
