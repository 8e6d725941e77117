import type { AggregateRow } from '../../../reviews/review-source.ts'
import { counted, inert, name, percent, rating, table } from '../markdown.ts'
import type { ReviewsCounted, ThemesFound } from '../chat-request.ts'
import { bullets, recurs } from './theme-lines.ts'

/** Two selections side by side: figures, then what each is named for. */
export function comparison(grouped: ReviewsCounted | undefined, themes: ThemesFound[]): string {
  const sides = themes.map((side) => ({ side, label: labelOf(side), row: rowOf(grouped, labelOf(side)) }))
  const rows = sides.flatMap(({ row }) => (row ? [row] : []))
  const subjects = sides.map(({ side, label }) => {
    const kind = side.arguments.sentiment === 'positive' ? 'praised for' : 'criticised for'
    const reviews = `${side.arguments.sentiment ?? ''} review`.trim()
    const recurring = side.result.themes.filter(recurs)
    if (recurring.length === 0) {
      return `**${name(label)}** is ${kind} nothing in particular: ${counted(side.result.total, reviews)}, and no subject that recurs.`
    }
    return `**${name(label)}** is ${kind} (${counted(side.result.total, reviews)}):\n\n${bullets(recurring.slice(0, 3))}`
  })
  const total = rows.reduce((sum, row) => sum + row.count, 0)
  return [
    headline(rows, sides.length, grouped?.arguments.query),
    ...(rows.length > 0 ? [sideBySide(rows)] : []),
    ...subjects,
    `*Based on ${counted(total, 'review')} of ${rows.length === 1 ? 'the one' : 'the two'}. Shares are of each side’s own reviews.*`,
  ].join('\n\n')
}

function headline(rows: AggregateRow[], sides: number, words: string | undefined): string {
  const [better, worse] = rows
    .filter((row) => (row.average_rating ?? null) !== null)
    .toSorted((a, b) => b.average_rating! - a.average_rating!)
  if (sides < 2) return 'Only one side of this comparison is in the reviews, so here is what they say of it.'
  if (!better || !worse) return 'The ratings do not allow a comparison: one of the two has no rated review.'
  const about = words ? ` where reviews mention “${inert(words)}”` : ''
  if (rating(better.average_rating) === rating(worse.average_rating)) {
    return `**${name(better.group)}** and **${name(worse.group)}** are rated alike${about}: ${rating(better.average_rating)} on average.`
  }
  const few =
    Math.min(better.count, worse.count) < 10 ? ' One of them has few reviews, so take it as a hint.' : ''
  return `**${name(better.group)}** is rated higher${about}: ${rating(better.average_rating)} on average, against ${rating(worse.average_rating)} for **${name(worse.group)}**.${few}`
}

function sideBySide(rows: AggregateRow[]): string {
  return table(
    ['', ...rows.map((row) => name(row.group))],
    [
      ['Reviews', ...rows.map((row) => String(row.count))],
      ['Average rating', ...rows.map((row) => rating(row.average_rating))],
      ['Negative', ...rows.map((row) => percent(row.negative_count / row.count))],
    ],
  )
}

function labelOf({ arguments: query }: ThemesFound): string {
  return query.product ?? Object.values(query.attributes ?? {}).at(-1) ?? 'All reviews'
}

function rowOf(grouped: ReviewsCounted | undefined, label: string): AggregateRow | undefined {
  return grouped?.result.rows.find((row) => row.group.toLowerCase() === label.toLowerCase())
}
