import type { AggregateRow, Theme } from '../../../reviews/review-source.ts'
import { conditions, counted, inert, listed, name, percent, quoted, rating, table } from '../markdown.ts'
import type { ReviewsCounted, ReviewsFound, ThemesFound } from '../chat-request.ts'
import { recurs, themesWithQuotes } from './theme-lines.ts'

/** How figures moved, and which subjects came and went between the halves of the time. */
export function trend(
  overTime: ReviewsCounted,
  halves: ThemesFound[],
  search: ReviewsFound | undefined,
): string {
  const rows = overTime.result.rows.filter(({ group, count }) => count > 0 && /^\d/.test(group))
  const filter = conditions(overTime.arguments)
  const where = filter && ` of reviews${filter}`
  if (rows.length === 0) return `There are no dated reviews${filter}, so nothing can be said about time.`
  const [before, after] = halves
  return [
    movement(rows, overTime.arguments.group_by ?? 'period', where),
    table(
      [name(overTime.arguments.group_by ?? 'period'), 'Reviews', 'Average rating', 'Negative'],
      rows
        .slice(-12)
        .map((row) => [
          row.group,
          String(row.count),
          rating(row.average_rating),
          percent(row.negative_count / row.count),
        ]),
    ),
    ...(before && after ? [subjects(before, after)] : []),
    ...(search?.result.hits.length
      ? [
          `**From the reviews**\n\n${search.result.hits
            .slice(0, 3)
            .map((hit) => `- ${quoted(hit.text, hit.review_id)}`)
            .join('\n')}`,
        ]
      : []),
    `*Based on ${counted(overTime.result.total, 'review')}${filter}.${rows.length > 12 ? ` The table shows the last 12 of ${rows.length} ${overTime.arguments.group_by ?? 'period'}s.` : ''}*`,
  ].join('\n\n')
}

/** The average of the earlier half of the reviews and of the later one. */
function movement(rows: AggregateRow[], unit: string, where: string): string {
  const rated = rows.filter((row) => (row.average_rating ?? null) !== null)
  const total = rated.reduce((sum, row) => sum + row.count, 0)
  let before = 0
  const middle = rated.findIndex((_, index) => index > 0 && (before += rated[index - 1]!.count) >= total / 2)
  if (middle < 0) return `All dated reviews fall into one ${unit}, so there is no movement to see.`
  const [early, late] = [rated.slice(0, middle), rated.slice(middle)]
  const moved = mean(late) - mean(early)
  if (Math.abs(moved) < 0.1) {
    return `The average rating${where} **held steady at ${rating(mean(late))}**, ${span(early)} as ${span(late)}.`
  }
  const verb = moved > 0 ? 'rose' : 'fell'
  return `The average rating${where} **${verb} from ${rating(mean(early))}** (${span(early)}) **to ${rating(mean(late))}** (${span(late)}).`
}

function span(rows: AggregateRow[]): string {
  const [first, last] = [rows[0]!.group, rows.at(-1)!.group]
  return first === last ? first : `${first} to ${last}`
}

function subjects(before: ThemesFound, after: ThemesFound): string {
  const shareIn = (half: ThemesFound, theme: Theme) =>
    half.result.themes.find((other) => other.name === theme.name)?.share
  const kind = after.arguments.sentiment ?? 'all'
  const named = (themes: Theme[]) =>
    listed(themes.slice(0, 3).map((theme) => `**${inert(theme.name)}** (${percent(theme.share)})`))
  const came = after.result.themes.filter((theme) => recurs(theme) && shareIn(before, theme) === undefined)
  const went = before.result.themes.filter((theme) => recurs(theme) && shareIn(after, theme) === undefined)
  const stayed = after.result.themes.filter((theme) => shareIn(before, theme) !== undefined)
  const lines = [
    ...(came.length > 0 ? [`- New among the main subjects: ${named(came)}.`] : []),
    ...(went.length > 0 ? [`- No longer among them: ${named(went)}.`] : []),
    ...stayed.slice(0, 3).map((theme) => `- ${figure(theme, shareIn(before, theme)!)}.`),
  ]
  const quote = themesWithQuotes([...came, ...stayed].slice(0, 1))[0]?.quote
  const halves = `${counted(before.result.total, 'review')} before ${after.arguments.from}, ${counted(after.result.total, 'review')} since`
  if (lines.length === 0)
    return `No subject of the ${kind} reviews recurs often enough to be followed (${halves}).`
  return `**What the ${kind} reviews speak of** (${halves})\n\n${lines.join('\n')}${quote ? `\n\n> ${quote}` : ''}`
}

function figure(theme: Theme, before: number): string {
  return `**${name(theme.name)}**: ${percent(before)} before, ${percent(theme.share)} since`
}

function mean(rows: AggregateRow[]): number {
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  return rows.reduce((sum, row) => sum + row.average_rating! * row.count, 0) / count
}
