import type { IncomingHttpHeaders } from 'node:http'
import type { ProviderMessage, ProviderRequest, ProviderTool } from './reply.ts'

/** Usage in the form in which it is sent. */
export interface ReportedUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number }
  completion_tokens_details: { reasoning_tokens: number }
  cost?: number
}

/** The provider's own record of one call: the oracle that rows are compared with. Times are ms since the epoch. */
export interface LedgerEntry {
  index: number
  agent: ProviderRequest['agent']
  at: number
  model: string
  messages: ProviderMessage[]
  tools: ProviderTool[]
  stream: boolean
  headers: IncomingHttpHeaders
  /** From 1, by the `x-stainless-retry-count` of the openai client; null where it was not sent. */
  attempt: number | null
  /** The status sent; null until then, and for a refused connection for ever. */
  status: number | null
  /**
   * `open` until it ends; `completed`: all was sent; `cut`: 200, but this side ended it too early;
   * `client_closed`: the other side did; `error`: an HTTP error or a refused connection.
   */
  outcome: 'open' | 'completed' | 'cut' | 'client_closed' | 'error'
  /** The last usage that was sent. */
  usage_reported: ReportedUsage | null
  /** As counted here, whether or not it was reported. */
  prompt_tokens: number
  completion_tokens: number
  /** Deltas sent, and the reasoning, content and tool calls in them. */
  chunks_sent: number
  text_sent: string
  finished_at: number | null
  client_closed_at: number | null
}

/** Every call served, in order of arrival; tells those who wait when an entry changes. */
export class Ledger {
  readonly entries: LedgerEntry[] = []
  readonly #waiting = new Set<() => void>()

  add(entry: LedgerEntry): void {
    this.entries.push(entry)
    this.changed()
  }

  changed(): void {
    for (const check of [...this.#waiting]) check()
  }

  /** Resolves once the condition holds; rejects with the entries after `timeoutMs`. */
  waitFor(condition: (entries: LedgerEntry[]) => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timeout)
        this.#waiting.delete(check)
        finish()
      }
      const check = () => {
        try {
          if (condition(this.entries)) settle(resolve)
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      const timeout = setTimeout(
        () =>
          settle(() =>
            reject(new Error(`The provider's ledger never showed it. It holds:\n${this.#summary()}`)),
          ),
        timeoutMs,
      )
      this.#waiting.add(check)
      check()
    })
  }

  #summary(): string {
    return this.entries
      .map(
        (entry) =>
          `${entry.index} ${entry.agent} ${entry.status ?? '-'} ${entry.outcome}, ${entry.chunks_sent} chunks`,
      )
      .join('\n')
  }
}

/** Tokens as this provider counts them: a token is four characters, the last one may be shorter. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
