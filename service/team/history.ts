import { estimateTokens } from '../llm/usage.ts'
import type { Turn } from './answer.ts'

/** What earlier turns may cost every call that is given them. */
const HISTORY_TOKENS = 6_000
/** Of one turn: enough to know what it was about. */
const TURN_TOKENS = 2_000

/**
 * The latest turns that fit a budget of estimated tokens, so that a long session costs no more a question than a short
 * one. A long turn is cut in its middle, where an answer is least missed.
 * @param turns oldest first, as is the result
 */
export function fitHistory(turns: Turn[]): Turn[] {
  const fitting: Turn[] = []
  let left = HISTORY_TOKENS
  for (const turn of turns.toReversed()) {
    const content = cutToTokens(turn.content, TURN_TOKENS)
    left -= estimateTokens(content)
    if (left < 0) break
    fitting.unshift({ role: turn.role, content })
  }
  return fitting
}

function cutToTokens(text: string, tokens: number): string {
  const estimated = estimateTokens(text)
  if (estimated <= tokens) return text
  const half = Math.floor((text.length * tokens) / estimated / 2)
  return `${text.slice(0, half).toWellFormed()}\n[…]\n${text.slice(-half).toWellFormed()}`
}
