import { APIConnectionError, APIError, APIUserAbortError } from 'openai'
import { AppError } from '../errors.ts'

/** What went wrong with a call, by code. */
export type LlmErrorCode =
  | 'llm_timeout'
  | 'llm_unreachable'
  | 'llm_rate_limited'
  | 'llm_refused'
  | 'llm_unavailable'
  | 'llm_cut'
  | 'llm_empty'
  | 'llm_malformed'

export interface LlmErrorOptions {
  cause?: unknown
  /** The provider's own HTTP status. */
  httpStatus?: number
  /** How long the provider asks to be left alone. */
  retryAfterMs?: number | null
}

/** Reasons that may be gone a moment later. */
const TRANSIENT: ReadonlySet<LlmErrorCode> = new Set([
  'llm_timeout',
  'llm_unreachable',
  'llm_rate_limited',
  'llm_unavailable',
  'llm_cut',
])

/** A call that failed, in words for the person who asked; the provider's own words are in `cause`. */
export class LlmError extends AppError {
  readonly httpStatus: number | undefined
  readonly retryAfterMs: number | null
  readonly transient: boolean
  /** Whether something of the answer had come before it failed. */
  answered = false

  constructor(code: LlmErrorCode, message: string, options: LlmErrorOptions = {}) {
    const retryable = code !== 'llm_refused'
    super(code, code === 'llm_timeout' ? 504 : 502, message, { retryable, cause: options.cause })
    this.name = 'LlmError'
    this.httpStatus = options.httpStatus
    this.retryAfterMs = options.retryAfterMs ?? null
    this.transient = TRANSIENT.has(code)
  }
}

/** Puts what the client library threw before the answer began into words. */
export function llmErrorOf(error: unknown, model: string): LlmError {
  if (error instanceof LlmError) return error
  if (error instanceof APIUserAbortError)
    return new LlmError('llm_timeout', `${model} did not answer in time.`, { cause: error })
  if (error instanceof APIConnectionError || !(error instanceof APIError)) {
    return new LlmError(
      'llm_unreachable',
      `The model provider could not be reached for ${model}. Try again in a moment.`,
      {
        cause: error,
      },
    )
  }
  const status = error.status as number | undefined
  const options = {
    cause: error,
    ...(status === undefined ? {} : { httpStatus: status }),
    retryAfterMs: readRetryAfter((error.headers as Headers | undefined)?.get('retry-after')),
  }
  if (status === 429)
    return new LlmError(
      'llm_rate_limited',
      `${model} is busy: the provider limits the rate of requests. Try again in a moment.`,
      options,
    )
  if (status === 401 || status === 403) {
    return new LlmError(
      'llm_refused',
      `The model provider refused the key for ${model}. Check OPENAI_API_KEY and OPENAI_BASE_URL.`,
      options,
    )
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return new LlmError(
      'llm_refused',
      `The model provider refused the request for ${model} (HTTP ${status}). Check the model's name and limits.`,
      options,
    )
  }
  return new LlmError(
    'llm_unavailable',
    `The model provider failed while answering for ${model}${status ? ` (HTTP ${status})` : ''}. Try again in a moment.`,
    options,
  )
}

/** Milliseconds of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3); null where it holds neither. */
function readRetryAfter(header: string | null | undefined): number | null {
  if (!header) return null
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
