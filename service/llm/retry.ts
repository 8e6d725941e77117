import { LlmError } from './llm-error.ts'

/** The first attempt and two more. */
export const MAX_ATTEMPTS = 3
const BASE_DELAY_MS = 500
/** A provider that asks for a longer pause than this is not waited for: the person asking would not wait either. */
const LONGEST_DELAY_MS = 20_000

/**
 * How long to wait before an attempt is repeated; null = it is not.
 * Exponential with jitter over the upper half, so that callers who failed together do not come back together, and never
 * sooner than the provider's Retry-After.
 * @param attempt the one that failed, from 1
 */
export function retryDelayMs(error: unknown, attempt: number): number | null {
  // What was shown cannot be unsaid, so an answer that had begun is not begun again.
  if (attempt >= MAX_ATTEMPTS || !(error instanceof LlmError) || !error.transient || error.answered)
    return null
  const wait = BASE_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
  const asked = error.retryAfterMs ?? 0
  return asked > LONGEST_DELAY_MS ? null : Math.max(wait, asked)
}
