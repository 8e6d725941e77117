import type { ReviewProfile } from '../../reviews/review-source.ts'
import { about } from './answers/about.ts'
import { comparison } from './answers/comparison.ts'
import { groups } from './answers/groups.ts'
import { overview } from './answers/overview.ts'
import { ranking } from './answers/ranking.ts'
import { trend } from './answers/trend.ts'
import { nothingFound, voices } from './answers/voices.ts'
import type { ChatRequest, Evidence, ReviewsCounted, ReviewsFound, ThemesFound } from './chat-request.ts'
import { evidenceOf, profileOf, questionOf, textOf } from './chat-request.ts'
import { FIRST_QUESTION, intentOf, isForeign } from './intents.ts'
import { listed } from './markdown.ts'
import { withoutWish } from './trouble.ts'

/** Writes the answer, as markdown, from the evidence alone: no figure in it that no tool returned or that is not reckoned from them. */
export function analyse(request: ChatRequest): string {
  const question = withoutWish(questionOf(request)) || FIRST_QUESTION
  const { evidence, errors } = evidenceOf(request)
  if (evidence === null) return about(question, intentOf(question))
  if (evidence.length === 0) return failed(errors)
  const missing =
    errors.length > 0 ? `\n\n*Part of the data could not be read: ${listed([...new Set(errors)])}*` : ''
  const language = isForeign(question)
    ? 'I only have rules for English, so I went by the words of your question as they are.\n\n'
    : ''
  const scope =
    evidence.some((entry) => entry.tool === 'search_reviews') && intentOf(question).kind === 'comparison'
      ? WITHIN
      : ''
  const answer = written(question, earlierQuestions(request), evidence)
  return `${language}${scope}${answer}${missing}${fineprint(answer, profileOf(request) ?? null)}\n`
}

const WITHIN =
  'I can only compare what is inside this company’s reviews, so I looked for what they say on it.\n\n'

/** What the reader has to know about the data to weigh the figures. */
function fineprint(answer: string, profile: ReviewProfile | null): string {
  const scale =
    profile?.rating_scale && /\brat(ed|ing)/i.test(answer)
      ? [`Ratings run from ${profile.rating_scale.min} to ${profile.rating_scale.max}.`]
      : []
  const synthetic = profile?.synthetic
    ? ['These reviews were written for a demonstration, not by customers.']
    : []
  const notes = [...scale, ...synthetic]
  return notes.length === 0 ? '' : `\n\n*${notes.join(' ')}*`
}

/** The form follows what was retrieved, so that follow-ups need no second reading of the conversation. */
function written(question: string, earlier: string[], evidence: Evidence[]): string {
  const themes = evidence.filter((entry): entry is ThemesFound => entry.tool === 'find_themes')
  const aggregates = evidence.filter((entry): entry is ReviewsCounted => entry.tool === 'aggregate_reviews')
  const search = evidence.find((entry): entry is ReviewsFound => entry.tool === 'search_reviews')
  const grouped = (test: RegExp) => aggregates.find((entry) => test.test(entry.arguments.group_by ?? ''))
  const split = grouped(/^sentiment$/)
  const overTime = grouped(/^(month|quarter|year)$/)
  const varies = (key: (entry: ThemesFound) => unknown) =>
    new Set(themes.map((entry) => JSON.stringify(key(entry)))).size > 1
  if (overTime && (themes.length > 1 || search)) return trend(overTime, themes, search)
  const empty = evidence.find((entry) => 'query' in entry.arguments && entry.result.total === 0)
  if (empty) return nothingFound(empty.arguments, split, themes[0])
  if (search) return voices(search, split, themes[0])
  if (varies((entry) => [entry.arguments.product, entry.arguments.attributes]))
    return comparison(grouped(/./), themes)
  if (varies((entry) => entry.arguments.sentiment)) return overview(split, themes)
  if (themes.length > 0 && aggregates.some((entry) => entry.arguments.group_by === 'product'))
    return comparison(grouped(/./), themes)
  if (themes[0]) return ranking([question, ...earlier].join('\n'), themes[0], split)
  if (overTime) return trend(overTime, themes, search)
  if (aggregates[0]) return groups(question, aggregates[0])
  return 'What was retrieved is of a kind I have no rule for, so I cannot answer from it.'
}

function earlierQuestions({ messages }: ChatRequest): string[] {
  const asked = messages.filter((message) => message.role === 'user').slice(0, -1)
  return asked.map(textOf).toReversed()
}

function failed(errors: string[]): string {
  if (errors.length === 0) return 'Nothing was found in the reviews, so I cannot answer that from this data.'
  return `I could not look at the reviews, so I cannot answer that. ${[...new Set(errors)].join(' ')}`
}
