import { createHash } from 'node:crypto'
import type { ChatRequest } from './chat-request.ts'
import { questionOf, roleOf } from './chat-request.ts'

/**
 * What a user may ask the demo model to go wrong, so that waiting, retry and stop can be seen.
 * `slow`: long thought and a slow stream; `busy`: 429 before it plans, twice; `fail`: 500 instead of an answer;
 * `cut`: the connection breaks in the middle of the answer.
 */
export type Trouble = 'slow' | 'busy' | 'fail' | 'cut'

const WISH = /\bdemo:\s*(slow|busy|fail|cut)\b/gi

/** The trouble that the current question asks for. Evidence and earlier turns have no say. */
export function troubleOf(request: ChatRequest): Trouble | null {
  const wish = new RegExp(WISH).exec(questionOf(request))?.[1]
  return wish === undefined ? null : (wish.toLowerCase() as Trouble)
}

/** The question alone. */
export function withoutWish(question: string): string {
  return question.replace(WISH, ' ').replace(/\s+/g, ' ').trim()
}

const REFUSALS = 2
const FORGET_AFTER_MS = 15_000
const MOST_REMEMBERED = 500

/**
 * Refuses a question twice and then lets it pass. A retry is known by its messages, for there is nothing else to
 * know it by; questions are forgotten after a while, so that the same one can be asked again.
 */
export class BusyDesk {
  readonly #seen = new Map<string, { refused: number; since: number }>()

  /** Whether this call is turned away. `now` in ms. */
  refuses(request: ChatRequest, now: number): boolean {
    if (roleOf(request) !== 'planner' || troubleOf(request) !== 'busy') return false
    const key = createHash('sha256').update(JSON.stringify(request.messages)).digest('base64')
    for (const [other, { since }] of this.#seen) {
      if (now - since > FORGET_AFTER_MS || this.#seen.size > MOST_REMEMBERED) this.#seen.delete(other)
    }
    const seen = this.#seen.get(key) ?? { refused: 0, since: now }
    if (seen.refused === REFUSALS) return false
    seen.refused += 1
    this.#seen.set(key, seen)
    return true
  }
}
