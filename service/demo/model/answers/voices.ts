import type { ReviewHit, SearchQuery } from '../../../reviews/review-source.ts'
import { conditions, counted, inert, listed, percent, quoted, rating } from '../markdown.ts'
import type { ReviewsCounted, ReviewsFound, ThemesFound } from '../chat-request.ts'

/** What reviews say about something: how many, how they are rated, and their words from both ends. */
export function voices(
  search: ReviewsFound,
  split: ReviewsCounted | undefined,
  instead: ThemesFound | undefined,
): string {
  const { arguments: query, result } = search
  const { query: words, ...filter } = query
  const where = conditions(filter)
  const kind = `${query.sentiment ? `${query.sentiment} ` : ''}review`
  if (result.total === 0) return nothingFound(query, split, instead)
  const shown = words ? ends(result.hits) : result.hits
  // A search for several words also takes reviews that hold some of them.
  const verb = /\s/.test(words ?? '') ? 'match' : 'mention'
  const mention = words
    ? ` ${verb}${result.total === 1 ? (verb === 'match' ? 'es' : 's') : ''} “${inert(words)}”`
    : ''
  const lead = words
    ? `**${counted(result.total, kind)}**${where}${mention}.`
    : `Here ${shown.length === 1 ? 'is' : 'are'} ${shown.length} of ${counted(result.total, kind)}${where}.`
  const items = shown.map((hit) => `- ${label(hit)}${quoted(passage(hit.text, words ?? ''), hit.review_id)}`)
  const rest =
    words && shown.length < result.total
      ? [`*Quoted are ${shown.length} of them, from the lowest rated to the highest.*`]
      : []
  return [`${lead}${words ? mood(split) : ''}`, items.join('\n'), ...rest].join('\n\n')
}

function mood(split: ReviewsCounted | undefined): string {
  if (!split || split.result.total === 0) return ''
  const { total, negative_count: negative, average_rating: average } = split.result
  const rated = (average ?? null) === null ? '' : `, and the average rating is **${rating(average)}**`
  return ` Of all ${counted(total, 'review')} that do, ${percent(negative / total)} are negative${rated}.`
}

/** Nothing was found for the words; says what the reviews do speak of, where that was looked up. */
export function nothingFound(
  { sentiment, query: words, ...filter }: SearchQuery,
  split: ReviewsCounted | undefined,
  instead: ThemesFound | undefined,
): string {
  const what = words ? ` that mentions “${inert(words)}”` : ''
  const none = `I found no ${sentiment ? `${sentiment} ` : ''}review${conditions(filter)}${what}`
  if (split?.arguments.query && split.result.total > 0) {
    return `${none}; ${counted(split.result.total, 'review')} of other sentiment ${split.result.total === 1 ? 'does' : 'do'}.`
  }
  const subjects = instead?.result.themes
    .slice(0, 5)
    .map((theme) => `**${inert(theme.name)}** (${counted(theme.count, 'review')})`)
  const reply = `${none}, so I cannot answer that from this data.`
  if (!subjects?.length) return reply
  return `${reply}\n\nWhat these reviews do speak of: ${listed(subjects)}. Ask about one of them, and I will look.`
}

/** From the first sentence that has one of the words on. */
function passage(text: string, words: string): string {
  const sentences = text.split(/(?<=[.!?…])\s+/)
  const stems = words
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/(?<=.{3})(s|es|ing|ed)$/, ''))
  const start = sentences.findIndex((sentence) =>
    stems.some((stem) => stem !== '' && sentence.toLowerCase().includes(stem)),
  )
  return sentences.slice(Math.max(0, start)).join(' ')
}

/** The best matches, of which the lowest and the highest rated are worth reading first. */
function ends(hits: ReviewHit[]): ReviewHit[] {
  const byRating = hits
    .filter((hit) => (hit.rating ?? null) !== null)
    .toSorted((a, b) => a.rating! - b.rating!)
  if (byRating.length < 5) return hits.slice(0, 5)
  return [...byRating.slice(0, 3), ...byRating.slice(-2)]
}

function label(hit: ReviewHit): string {
  const parts = [
    ...((hit.rating ?? null) === null ? [] : [`Rated ${hit.rating}`]),
    ...(hit.product ? [inert(hit.product)] : []),
    ...(hit.reviewed_at ? [hit.reviewed_at.slice(0, 10)] : []),
  ]
  return parts.length === 0 ? '' : `${parts.join(', ')}: `
}
