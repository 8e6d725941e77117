/**
 * The one error that reaches a person. `code` is what code branches on, `message` says what happened and what to do.
 * Everything else that is thrown becomes `internal` and is logged with its stack.
 */
export class AppError extends Error {
  readonly code: string
  /** HTTP status. */
  readonly status: number
  readonly details: Record<string, unknown> | undefined
  /** Whether trying the same again may help. */
  readonly retryable: boolean

  constructor(
    code: string,
    status: number,
    message: string,
    options: { details?: Record<string, unknown>; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = status
    this.details = options.details
    this.retryable = options.retryable ?? false
  }
}

/** 400 that names the field. */
export function invalid(field: string, message: string): AppError {
  return new AppError('invalid_request', 400, message, { details: { field } })
}

/** What is unknown and what is someone else's look the same. */
export function notFound(what: string): AppError {
  return new AppError('not_found', 404, `${what} was not found.`)
}
