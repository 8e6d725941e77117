import type {
  AggregateQuery,
  AggregateResult,
  ReviewFilter,
  ReviewProfile,
  SearchQuery,
  ThemesQuery,
} from '../../reviews/review-source.ts'
import type { Asked } from './asked.ts'
import { understood } from './asked.ts'
import type { ChatRequest, Reply, ToolCall } from './chat-request.ts'
import { profileOf, questionOf, taskOf, toolRounds } from './chat-request.ts'
import { daysOf } from './period.ts'
import { contextOf } from './planner.ts'
import type { Selection } from './selection.ts'

/**
 * Chooses the tools for a task by rule: one round, and a second one where a search found nothing, or where time
 * has to be cut in halves that hold as many reviews.
 */
export function retrieve(request: ChatRequest): Reply {
  const { rounds, results } = toolRounds(request.messages)
  const profile = profileOf(request) ?? null
  const { earlier, subject } = contextOf(taskOf(request))
  const asked = understood([...earlier, questionOf(request)], subject, profile)
  if (rounds === 0) return { toolCalls: firstRound(asked, profile) }
  const compared = rounds === 1 && isTrendOfAll(asked) ? halves(asked.filter, results[0]) : []
  if (compared.length > 0) return { toolCalls: compared }
  if (rounds === 1 && asked.selection.subject !== '' && results.every(isEmpty)) {
    const split = aggregate({ ...without(asked.filter, 'sentiment'), group_by: 'sentiment' })
    return { toolCalls: [themes({ ...asked.filter, limit: 5 }), split] }
  }
  return { content: results.every(isEmpty) ? 'Nothing that matches was found.' : 'Enough retrieved.' }
}

function isTrendOfAll({ intent, selection }: Asked): boolean {
  return intent.kind === 'trend' && selection.subject === ''
}

function firstRound({ intent, selection, filter }: Asked, profile: ReviewProfile | null): ToolCall[] {
  const { groupBy, subject } = selection
  const query = subject === '' ? {} : { query: subject }
  const everySentiment = without(filter, 'sentiment')
  const parties = partiesOf(selection, profile)
  // Another company is no side: its name is looked for in what these customers wrote.
  const comparable = parties && (parties.named || subject === '')
  if (intent.kind === 'comparison' && comparable) {
    return [
      aggregate({
        ...without(everySentiment, 'product', 'attributes'),
        ...query,
        group_by: parties.groupBy,
        limit: 30,
      }),
      ...parties.filters.map((party) =>
        themes({ ...filter, ...party, sentiment: filter.sentiment ?? 'negative', limit: 5 }),
      ),
    ]
  }
  if (intent.kind === 'trend') {
    const figures = aggregate(overTime({ intent, selection, filter }, profile))
    return subject === '' ? [figures] : [figures, search({ ...filter, ...query, limit: 6 })]
  }
  if (groupBy !== undefined) return [aggregate({ ...everySentiment, ...query, group_by: groupBy, limit: 20 })]
  if (intent.kind === 'figures') return [aggregate({ ...everySentiment, ...query, group_by: 'rating' })]
  if (intent.kind === 'reviews' || subject !== '' || intent.kind === 'comparison') {
    const limit = intent.limit ?? 8
    return [
      search({ ...filter, ...query, limit }),
      aggregate({ ...everySentiment, ...query, group_by: 'sentiment' }),
    ]
  }
  const split = aggregate({ ...everySentiment, group_by: 'sentiment' })
  if (intent.kind === 'themes') return [themes({ ...filter, limit: intent.limit ?? 5 }), split]
  return [
    split,
    themes({ ...filter, sentiment: 'negative', limit: 4 }),
    themes({ ...filter, sentiment: 'positive', limit: 4 }),
  ]
}

/** The two sides of a comparison: two values that were named, else the two most reviewed products. */
function partiesOf({ products, attributes, groupBy }: Selection, profile: ReviewProfile | null) {
  const column = Object.keys(attributes).find((name) => attributes[name]!.length > 1) ?? groupBy
  const values = column === undefined ? undefined : attributes[column]
  if (column !== undefined && values && values.length > 1) {
    return {
      named: true,
      groupBy: column,
      filters: values.slice(0, 2).map((value): ReviewFilter => ({
        attributes: { ...firsts(attributes), [column]: value },
      })),
    }
  }
  if (groupBy !== undefined && groupBy !== 'product') return null
  const named = products.length > 0 ? products : (profile?.products ?? []).map(({ name }) => name)
  const sides = named.length === 1 ? named : named.slice(0, 2)
  if (sides.length === 0) return null
  return {
    named: products.length > 0,
    groupBy: 'product',
    filters: sides.map((product): ReviewFilter => ({ product })),
  }
}

/** Figures over time, in periods that give a handful of them. */
function overTime({ selection, filter }: Asked, profile: ReviewProfile | null): AggregateQuery {
  const { groupBy, subject } = selection
  const from = filter.from ?? profile?.dates?.from
  const to = filter.to ?? profile?.dates?.to
  const days = from && to ? (Date.parse(to) - Date.parse(from)) / 86_400_000 : 0
  const asked = groupBy && /^(month|quarter|year)$/.test(groupBy) ? groupBy : undefined
  const period = asked ?? (days <= 18 * 31 ? 'month' : days <= 4 * 366 ? 'quarter' : 'year')
  return { ...without(filter, 'sentiment'), ...(subject !== '' && { query: subject }), group_by: period }
}

/** The subjects of the two halves of the reviews by date; none where there is no half to compare. */
function halves(filter: ReviewFilter, figures: unknown): ToolCall[] {
  const rows = ((figures as AggregateResult | null)?.rows ?? []).filter(({ group }) => /^\d{4}/.test(group))
  const dated = rows.reduce((sum, row) => sum + row.count, 0)
  let before = 0
  const middle = rows.findIndex(
    (row, index) => index > 0 && (before += rows[index - 1]!.count) >= dated / 2 && row.count > 0,
  )
  if (middle < 0) return []
  const shared = { sentiment: 'negative', ...filter, limit: 8 } as const
  return [
    themes({
      ...shared,
      from: filter.from ?? daysOf(rows[0]!.group).from,
      to: daysOf(rows[middle - 1]!.group).to,
    }),
    themes({
      ...shared,
      from: daysOf(rows[middle]!.group).from,
      to: filter.to ?? daysOf(rows.at(-1)!.group).to,
    }),
  ]
}

function themes(query: ThemesQuery): ToolCall {
  return { name: 'find_themes', arguments: query }
}
function aggregate(query: AggregateQuery): ToolCall {
  return { name: 'aggregate_reviews', arguments: query }
}
function search(query: SearchQuery): ToolCall {
  return { name: 'search_reviews', arguments: query }
}

function firsts(attributes: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, values[0]!]))
}

function without(filter: ReviewFilter, ...names: (keyof ReviewFilter)[]): ReviewFilter {
  return Object.fromEntries(
    Object.entries(filter).filter(([name]) => !names.includes(name as keyof ReviewFilter)),
  )
}

function isEmpty(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'total' in result && result.total === 0
}
