import type { AggregateRow, Theme } from '../../../reviews/review-source.ts'
import { conditions, counted, listed, percent, quoted, rating, table } from '../markdown.ts'
import type { ReviewsCounted, ReviewsFound, ThemesFound } from '../chat-request.ts'

/** How figures moved, and which subjects came and went between the halves of the time. */
export function trend(
  overTime: ReviewsCounted,
  halves: ThemesFound[],
  search: ReviewsFound | undefined,
): string {
  const rows = overTime.result.rows.filter((row) => row.count > 0)
  const where = conditions(overTime.arguments)
  if (rows.length === 0) return `There are no dated reviews${where}, so nothing can be said about time.`
  const [before, after] = halves
  return [
    movement(rows, overTime.arguments.group_by ?? 'period', where),
    table(
      [overTime.arguments.group_by ?? 'period', 'Reviews', 'Average rating', 'Negative'],
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
    `*Based on ${counted(overTime.result.total, 'review')}${where}.${rows.length > 12 ? ` The table shows the last 12 of ${rows.length} ${overTime.arguments.group_by ?? 'period'}s.` : ''}*`,
  ].join('\n\n')
}

function movement(rows: AggregateRow[], unit: string, where: string): string {
  const rated = rows.filter((row) => (row.average_rating ?? null) !== null)
  const middle = Math.floor(rated.length / 2)
  const [early, late] = [mean(rated.slice(0, middle)), mean(rated.slice(middle))]
  if (rated.length < 2 || early === null || late === null) {
    return `All dated reviews${where} fall into one ${unit}, so there is no movement to see.`
  }
  const moved = late - early
  const verb = Math.abs(moved) < 0.1 ? 'held steady at' : moved > 0 ? 'rose to' : 'fell to'
  const from = Math.abs(moved) < 0.1 ? '' : ` from ${rating(early)}`
  return `The average rating${where} **${verb} ${rating(late)}**${from}, the second half of the time (from ${rated[middle]!.group}) compared with the first (from ${rated[0]!.group}).`
}

function subjects(before: ThemesFound, after: ThemesFound): string {
  const shareIn = (half: ThemesFound, theme: Theme) =>
    half.result.themes.find((other) => other.name === theme.name)?.share
  const kind = after.arguments.sentiment ?? 'all'
  const named = (themes: Theme[]) =>
    listed(themes.slice(0, 3).map((theme) => `**${theme.name}** (${percent(theme.share)})`))
  const came = after.result.themes.filter((theme) => shareIn(before, theme) === undefined)
  const went = before.result.themes.filter((theme) => shareIn(after, theme) === undefined)
  const stayed = after.result.themes.filter((theme) => shareIn(before, theme) !== undefined)
  const lines = [
    ...(came.length > 0
      ? [`- Among the main subjects only since ${after.arguments.from}: ${named(came)}.`]
      : []),
    ...(went.length > 0 ? [`- No longer among them: ${named(went)}.`] : []),
    ...stayed.slice(0, 3).map((theme) => `- ${figure(theme, shareIn(before, theme)!)}.`),
  ]
  const example = (came[0] ?? stayed[0])?.examples[0]
  const quote = example ? `\n\n> ${quoted(example.quote, example.review_id)}` : ''
  const halves = `${counted(before.result.total, 'review')} before, ${counted(after.result.total, 'review')} since`
  if (lines.length === 0)
    return `No subject of the ${kind} reviews recurs often enough to be followed (${halves}).`
  return `**What the ${kind} reviews speak of** (${halves})\n\n${lines.join('\n')}${quote}`
}

function figure(theme: Theme, before: number): string {
  return `**${theme.name}**: ${percent(before)} before, ${percent(theme.share)} since`
}

function mean(rows: AggregateRow[]): number | null {
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  return count === 0 ? null : rows.reduce((sum, row) => sum + row.average_rating! * row.count, 0) / count
}
