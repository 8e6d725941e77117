import type { Knex } from 'knex'
import type { AggregateQuery, AggregateResult, AggregateRow } from '../reviews/review-source.ts'
import { commonRating, ratingScales } from './rating-scales.ts'
import { filteredReviews, importedColumn } from './review-filter.ts'
import { reviewMatch } from './review-match.ts'

/** What reviews without a value of the group are counted under, so that groups add up to the total. */
const unknown = 'unknown'

interface Grouping {
  /** SQL of the value; equal values are one group. */
  key: Knex.Raw
  /** Groups that have an order of their own are all kept and come in it. */
  ordered: boolean
}

async function groupingOf(db: Knex, companyId: string, name: string, rating: Knex.Raw): Promise<Grouping> {
  switch (name.trim().toLowerCase()) {
    case 'month':
      return { key: db.raw(`to_char(r.reviewed_at, 'YYYY-MM')`), ordered: true }
    case 'quarter':
      return { key: db.raw(`to_char(r.reviewed_at, 'YYYY-"Q"Q')`), ordered: true }
    case 'year':
      return { key: db.raw(`to_char(r.reviewed_at, 'YYYY')`), ordered: true }
    case 'rating':
      return { key: db.raw('trim_scale(round(?, 2))::text', [rating]), ordered: true }
    case 'sentiment':
      return { key: db.raw('r.sentiment'), ordered: false }
    case 'product':
      return { key: db.raw('r.product'), ordered: false }
    default:
      return {
        key: db.raw('r.attributes ->> ?', [await importedColumn(db, companyId, name)]),
        ordered: false,
      }
  }
}

const figures = `count(*)::int as count, round(avg(rating), 2)::float8 as average_rating,
  (count(*) filter (where sentiment = 'negative'))::int as negative_count`

/**
 * Counts and averages of what matches; averages are on the company's common scale. Values that differ in case only are one group, under the
 * usual spelling.
 */
export async function aggregateReviews(
  db: Knex,
  companyId: string,
  query: AggregateQuery,
): Promise<AggregateResult> {
  const filtered = await filteredReviews(db, companyId, query)
  const match = query.query === undefined ? null : await reviewMatch(db, companyId, filtered, query.query)
  const scales = await ratingScales(db, companyId)
  const rating = commonRating(db, scales)
  const grouping =
    query.group_by === undefined ? null : await groupingOf(db, companyId, query.group_by, rating)
  const base = (match ? match.narrow(filtered()) : filtered()).select(
    db.raw('(?) as rating', [rating]),
    'r.sentiment',
    db.raw('(?) as value', [grouping?.key ?? db.raw('null::text')]),
  )
  const totals = (await db.from(base.clone().as('matching')).select(db.raw(figures)).first()) as Omit<
    AggregateRow,
    'group'
  >

  let rows: AggregateRow[] = []
  if (grouping) {
    const groups = db
      .from(base.as('matching'))
      .select(
        db.raw(`coalesce(mode() within group (order by value), ?) as "group"`, [unknown]),
        db.raw(figures),
      )
      .groupByRaw('lower(value)')
    if (grouping.ordered) {
      const numeric = query.group_by?.trim().toLowerCase() === 'rating'
      groups.orderByRaw(numeric ? 'lower(value)::numeric nulls last' : 'lower(value) nulls last')
    } else {
      groups.orderByRaw('count(*) desc, lower(value) nulls last').limit(Math.max(1, query.limit ?? 12))
    }
    rows = (await groups) as AggregateRow[]
  }
  return {
    group_by: query.group_by ?? null,
    total: totals.count,
    average_rating: totals.average_rating,
    negative_count: totals.negative_count,
    rows,
    ...(scales.others.length > 0 && { rating_scale: scales.common }),
  }
}
