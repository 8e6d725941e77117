import type { CallStatus, LlmCall, LlmCallDetail } from '../wire.ts'

/** Which calls of a user; what is left out does not narrow. */
export interface CallFilter {
  run_id?: string | undefined
  session_id?: string | undefined
  status?: CallStatus | undefined
  /** As sent. */
  model?: string | undefined
}

/** A place in a user's calls, the newest first: behind the call of this key. */
export interface CallPosition {
  created_at: string
  trace_id: string
  span_id: string
}

/**
 * The rows of the bill, read. Except for `ofRun`, a user gets what that user asked, of companies that the user may
 * still see.
 */
export interface CallStore {
  /** Newest first. `next` is where the rest begins; null = this was the last of them. */
  list(
    userId: string,
    filter: CallFilter,
    page: { limit: number; after?: CallPosition | undefined },
  ): Promise<{ calls: LlmCall[]; next: CallPosition | null }>
  /** null: unknown, or not for this user. */
  find(userId: string, traceId: string, spanId: string): Promise<LlmCallDetail | null>
  /** All of them, newest first, as they come from the server. Holds a connection until it is read or returned. */
  stream(userId: string, filter: CallFilter): AsyncGenerator<LlmCall>
  /** Every call of a run, oldest first, whoever's it is: the caller has checked whose run it is. */
  ofRun(runId: string): Promise<LlmCall[]>
}

/** The columns of llm_calls, in the order of an export. */
export const CALL_COLUMNS = [
  'trace_id',
  'span_id',
  'created_at',
  'parent_span_id',
  'step_path',
  'duration_ms',
  'time_to_first_token_ms',
  'provider',
  'model',
  'response_model',
  'call_type',
  'agent',
  'prompt',
  'response',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'usage_source',
  'cost_usd',
  'price_source',
  'status',
  'error_type',
  'finish_reason',
  'operation_id',
  'attempt',
  'user_id',
  'session_id',
  'company_id',
  'metadata',
] as const satisfies (keyof LlmCall)[]
