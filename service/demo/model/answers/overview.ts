import { conditions, counted, percent, rating } from '../markdown.ts'
import type { ReviewsCounted, ThemesFound } from '../chat-request.ts'
import { bullets, recurs } from './theme-lines.ts'

/** Good and bad in short. */
export function overview(split: ReviewsCounted | undefined, found: ThemesFound[]): string {
  const first = split?.arguments ?? found[0]!.arguments
  if (split?.result.total === 0) return `There are no reviews${conditions(first)}.`
  const parts = found.map(({ arguments: query, result }) => {
    const praise = query.sentiment === 'positive'
    const heading = praise ? 'What customers praise' : 'What they criticise'
    const reviews = `${query.sentiment ?? ''} review`.trim()
    const themes = result.themes.filter(recurs)
    if (themes.length === 0) return `**${heading}**: nothing comes up often enough to name.`
    return `**${heading}** (${counted(result.total, reviews)})\n\n${bullets(themes)}`
  })
  return [
    ...(split ? [verdict(split)] : []),
    ...parts,
    ...(split ? [`*Based on ${counted(split.result.total, 'review')}${conditions(first)}.*`] : []),
  ].join('\n\n')
}

/** How a selection splits, in a sentence. */
export function verdict({ result, arguments: query }: ReviewsCounted): string {
  const { total, negative_count: negative, average_rating: average } = result
  const positive = result.rows.find((row) => row.group.toLowerCase() === 'positive')?.count
  const split = [
    ...(positive === undefined ? [] : [`**${percent(positive / total)}** are positive`]),
    `**${percent(negative / total)}** are negative`,
  ].join(' and ')
  const rated =
    average === null || average === undefined ? '' : `, and the average rating is **${rating(average)}**`
  return `Of ${counted(total, 'review')}${conditions(query)}, ${split}${rated}.`
}
