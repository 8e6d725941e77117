import type {
  AggregateQuery,
  ReviewFilter,
  ReviewProfile,
  SearchQuery,
  ThemesQuery,
} from '../../reviews/review-source.ts'
import type { ChatRequest, Reply, ToolCall } from './chat-request.ts'
import { profileOf, questionOf, taskOf, toolRounds } from './chat-request.ts'
import type { Intent } from './intents.ts'
import { contextOf, followedIntent } from './planner.ts'
import type { Selection } from './selection.ts'
import { filterOf, followed, selectionOf } from './selection.ts'

/** Chooses the tools for a task by rule: one round, and a second one where a search found nothing. */
export function retrieve(request: ChatRequest): Reply {
  const { rounds, results } = toolRounds(request.messages)
  const profile = profileOf(request)
  const asked = askedOf(request, profile)
  if (rounds === 0) return { toolCalls: firstRound(asked, profile) }
  if (rounds === 1 && asked.selection.subject !== '' && results.every(isEmpty)) {
    return {
      toolCalls: [
        themes({ ...asked.filter, limit: 5 }),
        aggregate({ ...asked.filter, group_by: 'sentiment' }),
      ],
    }
  }
  return { content: results.every(isEmpty) ? 'Nothing that matches was found.' : 'Enough retrieved.' }
}

interface Asked {
  intent: Intent
  selection: Selection
  filter: ReviewFilter
}

/** The wish of the question and of the turns it builds on. */
function askedOf(request: ChatRequest, profile: ReviewProfile | null): Asked {
  const question = questionOf(request)
  const { earlier, subject } = contextOf(taskOf(request))
  const questions = [...earlier, question]
  const intent: Intent = subject === undefined ? followedIntent(questions) : { kind: 'topic' }
  const nothing: Selection = { products: [], attributes: {}, ratings: {}, period: {}, subject: '' }
  const read = profile ? followed(questions.map((text) => selectionOf(text, profile))) : nothing
  const selection = subject === undefined ? read : { ...read, subject }
  const filter = { ...filterOf(selection), ...(intent.sentiment && { sentiment: intent.sentiment }) }
  return { intent, selection, filter }
}

function firstRound({ intent, selection, filter }: Asked, profile: ReviewProfile | null): ToolCall[] {
  const { groupBy, subject } = selection
  const query = subject === '' ? {} : { query: subject }
  const everySentiment = without(filter, 'sentiment')
  const parties = partiesOf(selection, profile)
  if (intent.kind === 'comparison' && parties) {
    const [first, second] = parties.filters
    return [
      aggregate({
        ...without(everySentiment, 'product', 'attributes'),
        ...query,
        group_by: parties.groupBy,
        limit: 30,
      }),
      ...[first, second].map((party) =>
        themes({ ...filter, ...party, sentiment: filter.sentiment ?? 'negative', limit: 5 }),
      ),
    ]
  }
  if (intent.kind === 'trend') return trend(filter, query, groupBy, profile)
  if (groupBy !== undefined) return [aggregate({ ...everySentiment, ...query, group_by: groupBy, limit: 20 })]
  if (intent.kind === 'figures') return [aggregate({ ...everySentiment, ...query, group_by: 'rating' })]
  if (intent.kind === 'reviews' || subject !== '') {
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
      groupBy: column,
      filters: values.map((value): ReviewFilter => ({
        attributes: { ...firsts(attributes), [column]: value },
      })),
    }
  }
  if (groupBy !== undefined && groupBy !== 'product') return null
  const named = products.length > 0 ? products : (profile?.products ?? []).map(({ name }) => name)
  const sides = named.length === 1 ? named : named.slice(0, 2)
  if (sides.length === 0) return null
  return { groupBy: 'product', filters: sides.map((product): ReviewFilter => ({ product })) }
}

/** Figures over time, and the subjects before and after the middle of the time. */
function trend(
  filter: ReviewFilter,
  query: { query?: string },
  groupBy: string | undefined,
  profile: ReviewProfile | null,
): ToolCall[] {
  const from = filter.from ?? profile?.dates?.from
  const to = filter.to ?? profile?.dates?.to
  const days = from && to ? (Date.parse(to) - Date.parse(from)) / 86_400_000 : 0
  const time = groupBy && /^(month|quarter|year)$/.test(groupBy) ? groupBy : undefined
  const period = time ?? (days <= 18 * 31 ? 'month' : days <= 5 * 366 ? 'quarter' : 'year')
  const figures = aggregate({ ...without(filter, 'sentiment'), ...query, group_by: period })
  if (query.query !== undefined) return [figures, search({ ...filter, ...query, limit: 6 })]
  if (!from || !to || days < 60) return [figures]
  const middle = Date.parse(from) + Math.floor(days / 2) * 86_400_000
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const sentiment = filter.sentiment ?? 'negative'
  return [
    figures,
    themes({ ...filter, sentiment, from: from.slice(0, 10), to: day(middle), limit: 8 }),
    themes({ ...filter, sentiment, from: day(middle + 86_400_000), to: to.slice(0, 10), limit: 8 }),
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
