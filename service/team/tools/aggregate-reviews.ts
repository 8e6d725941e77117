import { z } from 'zod'
import type { AggregateResult } from '../../reviews/review-source.ts'
import { defineTool, type ToolResult } from '../tool.ts'
import {
  companyOf,
  describeSelection,
  filterOf,
  limit,
  optionalText,
  readable,
  selection,
  type Selection,
} from './review-selection.ts'

const timeGroups = ['month', 'quarter', 'year']

/** The only source of numbers about reviews. */
export const aggregateReviews = defineTool({
  name: 'aggregate_reviews',
  description:
    'Counts the reviews of the chosen company that match, with average rating and number of negative ones, in total and ' +
    'by group: to compare products, to see change over time, to say how many. Every number in an answer comes from here ' +
    'or from find_themes.',
  parameters: z.object({
    group_by: optionalText(
      'product, rating, sentiment, month, quarter, year, or the name of another column of the profile. Omit for the total alone.',
    ),
    query: optionalText('Only reviews that match these words, as in search_reviews. Omit for all.'),
    ...selection,
    limit: limit(50, 12),
  }),
  label: (args) =>
    `Counting ${describeSelection(args)}${args.group_by ? ` by ${readable(args.group_by)}` : ''}`,
  async run(args, context) {
    const result = await context.reviews.aggregate(companyOf(context), {
      ...filterOf(args),
      ...(args.query ? { query: args.query } : {}),
      ...(args.group_by ? { group_by: args.group_by } : {}),
      limit: args.limit ?? 12,
    })
    const groups = result.group_by === null ? '' : ` in ${result.rows.length} groups`
    return {
      content: result,
      summary: `${result.total} ${result.total === 1 ? 'review' : 'reviews'}${groups}`,
      ...chart(result, args),
    }
  },
})

/** One chart has one unit: the negative ones where they are asked for by product or time, else the count. */
function chart(
  { group_by, rows }: AggregateResult,
  args: Selection & { query?: string | undefined },
): Pick<ToolResult, 'visualization'> {
  if (group_by === null || rows.length < 2) return {}
  const isTime = timeGroups.includes(group_by.toLowerCase())
  const told = isTime ? rows.filter((row) => row.group !== 'unknown') : rows
  if (told.length < 2) return {}
  const kind = describeSelection(args)
  const counts = { name: kind.charAt(0).toUpperCase() + kind.slice(1), values: told.map((row) => row.count) }
  const negative = { name: 'Negative', values: told.map((row) => row.negative_count) }
  const splits = !args.sentiment && !['sentiment', 'rating'].includes(group_by.toLowerCase())
  return {
    visualization: {
      type: isTime ? 'line' : 'bar',
      title: `${counts.name} by ${readable(group_by)}`,
      x: told.map((row) => row.group),
      series: splits ? [{ ...counts, name: 'All' }, negative] : [counts],
      unit: 'reviews',
    },
  }
}
