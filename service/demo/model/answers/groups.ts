import type { AggregateRow } from '../../../reviews/review-source.ts'
import { conditions, counted, name, percent, rating, table } from '../markdown.ts'
import { verdict } from './overview.ts'
import type { ReviewsCounted } from '../chat-request.ts'

/** Counts and averages, in total and by group; led by what was asked for. */
export function groups(question: string, { arguments: query, result }: ReviewsCounted): string {
  const where = conditions(query)
  if (result.total === 0) return `There are no reviews${where}.`
  const by = (query.group_by ?? '').replaceAll('_', ' ')
  const own = /^(rating|sentiment|month|quarter|year)$/.test(by)
  const rows = own ? result.rows : ranked(question, result.rows)
  return [
    own || rows.length === 0
      ? answer(question, { tool: 'aggregate_reviews', arguments: query, result })
      : leader(question, by, rows),
    ...(rows.length > 1
      ? [
          table(
            [name(by), 'Reviews', 'Share', ...(by === 'rating' ? [] : ['Average rating', 'Negative'])],
            rows.map((row) => [
              name(row.group),
              String(row.count),
              percent(row.count / result.total),
              ...(by === 'rating'
                ? []
                : [rating(row.average_rating), percent(row.negative_count / row.count)]),
            ]),
          ),
        ]
      : []),
    `*Based on ${counted(result.total, 'review')}${where}${own ? '' : `, ${rating(result.average_rating)} on average over all of them`}.*`,
  ].join('\n\n')
}

function answer(question: string, grouped: ReviewsCounted): string {
  const { result, arguments: query } = grouped
  if (/\bhow many\b|\bnumber of\b|\bcount\b/i.test(question)) {
    if (/\bnegative|complain|unhappy/i.test(question)) {
      return `**${result.negative_count.toLocaleString('en-US')}** of ${counted(result.total, 'review')}${conditions(query)} are negative (${percent(result.negative_count / result.total)}).`
    }
    return `**${counted(result.total, 'review')}**${conditions(query)}; ${percent(result.negative_count / result.total)} of them are negative.`
  }
  if (/\baverage|mean|score\b/i.test(question)) {
    return `The average rating${conditions(query) && ` of reviews${conditions(query)}`} is **${rating(result.average_rating)}**, over ${counted(result.total, 'review')}.`
  }
  return verdict(grouped)
}

/** Groups of few reviews come last: their averages say little. */
function ranked(question: string, rows: AggregateRow[]): AggregateRow[] {
  const enough = (row: AggregateRow) =>
    isKnown(row) && row.count >= 5 && (row.average_rating ?? null) !== null
  const order = orderOf(question)
  if (order === 'count') return [...rows.filter(isKnown), ...rows.filter((row) => !isKnown(row))]
  if (order === 'most_negative') return rows.toSorted((a, b) => b.negative_count - a.negative_count)
  const sign = order === 'worst' ? 1 : -1
  return [
    ...rows.filter(enough).toSorted((a, b) => sign * (a.average_rating! - b.average_rating!)),
    ...rows.filter((row) => !enough(row)),
  ]
}

/** Reviews that have no value there are counted, but they are no group to speak of. */
function isKnown({ group }: AggregateRow): boolean {
  return group !== 'unknown'
}

function leader(question: string, by: string, rows: AggregateRow[]): string {
  const first = rows[0]!
  const few = first.count < 5 ? ' No group has enough reviews for that to mean much.' : ''
  if (orderOf(question) === 'count') {
    const rated = rows.filter(
      (row) => isKnown(row) && row.count >= 5 && (row.average_rating ?? null) !== null,
    )
    const best = rated.toSorted((a, b) => b.average_rating! - a.average_rating!)
    const span =
      best.length > 1
        ? ` The best rated is **${name(best[0]!.group)}** (${rating(best[0]!.average_rating)}), the worst **${name(best.at(-1)!.group)}** (${rating(best.at(-1)!.average_rating)}).`
        : ''
    return `By ${by}, **${name(first.group)}** has the most reviews (${first.count}).${span}`
  }
  if (orderOf(question) === 'most_negative') {
    return `By ${by}, **${name(first.group)}** has the most negative reviews: ${first.negative_count} of ${first.count} (${percent(first.negative_count / first.count)}).`
  }
  const place = orderOf(question) === 'worst' ? 'lowest' : 'highest'
  return `By ${by}, **${name(first.group)}** has the ${place} average rating: ${rating(first.average_rating)} over ${counted(first.count, 'review')}, ${percent(first.negative_count / first.count)} of them negative.${few}`
}

type Order = 'most_negative' | 'worst' | 'best' | 'count'

function orderOf(question: string): Order {
  if (/\bmost\b.*\b(complain\w*|problems?|issues?|negative|unhappy)\b/i.test(question)) return 'most_negative'
  if (
    /\b(worst|lowest|least|weak\w*|complain\w*|problems?|issues?|negative|unhappy|poor\w*)\b/i.test(question)
  )
    return 'worst'
  return /\b(best|highest|happiest|positive|loved?|top[- ]rated)\b/i.test(question) ? 'best' : 'count'
}
