import type { ReviewHit } from '../../../reviews/review-source.ts'
import { conditions, counted, listed, name, percent, quoted, rating } from '../markdown.ts'
import type { ReviewsCounted, ReviewsFound, ThemesFound } from '../chat-request.ts'

/** What reviews say about something: how many, how they are rated, and their words from both ends. */
export function voices(
  search: ReviewsFound,
  split: ReviewsCounted | undefined,
  instead: ThemesFound | undefined,
): string {
  const { arguments: query, result } = search
  const where = conditions(query)
  if (result.total === 0) return nothing(search, instead)
  const hits = result.hits.slice(0, query.limit ?? 8)
  const shown = query.query ? ends(hits) : hits
  const figures = split && split.result.total > 0 ? split.result : null
  const kind = `${query.sentiment ? `${query.sentiment} ` : ''}review`
  const lead = query.query
    ? `**${counted(result.total, kind)}**${where}.`
    : `Here are ${shown.length} of ${counted(result.total, kind)}${where}.`
  const mood =
    figures && query.query
      ? ` Of all ${counted(figures.total, 'review')} on this, ${percent(figures.negative_count / figures.total)} are negative${(figures.average_rating ?? null) === null ? '' : `, and the average rating is **${rating(figures.average_rating)}**`}.`
      : ''
  const items = shown.map((hit) => `- ${label(hit)}${quoted(hit.text, hit.review_id)}`)
  return [
    `${lead}${mood}`,
    items.join('\n'),
    `*Quoted: ${shown.length} of ${counted(result.total, 'match').replace('matchs', 'matches')}.*`,
  ].join('\n\n')
}

function nothing({ arguments: query }: ReviewsFound, instead: ThemesFound | undefined): string {
  const none = `No ${query.sentiment ? `${query.sentiment} ` : ''}review${conditions(query)} was found, so I cannot answer that from this data.`
  const subjects = instead?.result.themes
    .slice(0, 5)
    .map((theme) => `**${theme.name}** (${counted(theme.count, 'review')})`)
  if (!subjects?.length) return `${none.replace(/that mention (“.*?”)/, 'that mentions $1')}`
  return `${none.replace(/that mention (“.*?”)/, 'that mentions $1')}\n\nWhat these reviews do speak of: ${listed(subjects)}. Ask about one of them, and I will look.`
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
    ...((hit.rating ?? null) === null ? [] : [`rated ${hit.rating}`]),
    ...(hit.product ? [name(hit.product)] : []),
    ...(hit.reviewed_at ? [hit.reviewed_at.slice(0, 10)] : []),
  ]
  return parts.length === 0 ? '' : `${name(parts.join(', '))}: `
}
