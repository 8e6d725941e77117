import type { ReviewFilter, ReviewProfile } from '../../reviews/review-source.ts'
import type { Intent } from './intents.ts'
import { intentOf } from './intents.ts'
import type { Selection } from './selection.ts'
import { filterOf, followed, selectionOf } from './selection.ts'

/** What is wanted, and of which reviews. */
export interface Asked {
  intent: Intent
  selection: Selection
  /** The selection as tools take it, with the sentiment of the intent. */
  filter: ReviewFilter
}

/**
 * Understands a question with those it builds on, oldest first.
 * @param subject what "the second one" stands for, instead of the words of the question
 * @param profile without it only the intent is known
 */
export function understood(
  questions: string[],
  subject: string | undefined,
  profile: ReviewProfile | null,
): Asked {
  const nothing: Selection = { products: [], attributes: {}, ratings: {}, period: {}, subject: '' }
  const read = profile ? followed(questions.map((text) => selectionOf(text, profile))) : nothing
  const selection = subject === undefined ? read : { ...read, subject }
  const intent: Intent = subject === undefined ? followedIntent(questions) : { kind: 'topic' }
  const filter = { ...filterOf(selection), ...(intent.sentiment && { sentiment: intent.sentiment }) }
  return { intent, selection, filter }
}

/** The intent of a question after those it builds on: its own where it has one, else theirs. */
function followedIntent(questions: string[]): Intent {
  const intents = questions.map(intentOf)
  const own = intents.findLast((intent) => intent.kind !== 'topic') ?? intents.at(-1)!
  const sentiment = intents.findLast((intent) => intent.sentiment)?.sentiment
  return { ...own, ...(sentiment && own.kind !== 'overview' && { sentiment }) }
}
