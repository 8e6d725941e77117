import type { Citation, Visualization } from '../wire.ts'

/** A question as the team is given it. */
export interface Question {
  text: string
  companyId: string | null
  /** Earlier turns of the session, oldest first. */
  history: Turn[]
}

/** One message of the conversation, as a model is given it. */
export interface Turn {
  role: 'user' | 'assistant'
  content: string
}

/** What the team tells while it answers, besides its spans. */
export interface AnswerSink {
  text(text: string): void
  visualization(visualization: Visualization): void
  /** Reviews that the answer may cite. */
  reviewsSeen(ids: string[]): void
}

const CITATION = /\[review:([^\]\s]{1,100})\]/g

/** The reviews that an answer cites, in order of first mention; an id that no tool returned is flagged. */
export function citationsOf(text: string, seen: ReadonlySet<string>): Citation[] {
  const ids = new Set(Array.from(text.matchAll(CITATION), (match) => match[1]!))
  return [...ids].map((id) => ({ review_id: id, retrieved: seen.has(id) }))
}
