import type { Middleware } from 'koa'
import { z } from 'zod'
import { AppError, invalid } from '../errors.ts'
import type { ErrorBody } from '../wire.ts'

export interface ErrorResponseOptions {
  isDatabaseUnavailable(error: unknown): boolean
  onInternalError(error: unknown, request: { method: string; path: string }): void
}

/** Turns whatever is thrown below into the one form of error answers. Outermost, so that no header set there is lost. */
export function errorResponse({ isDatabaseUnavailable, onInternalError }: ErrorResponseOptions): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body == null)
        throw new AppError('not_found', 404, `There is nothing at ${ctx.path}.`)
    } catch (error) {
      const known = isDatabaseUnavailable(error) ? databaseUnavailable(error) : appErrorOf(error)
      if (known.status >= 500 && known.code === 'internal')
        onInternalError(error, { method: ctx.method, path: ctx.path })
      if (known.status === 503 || known.status === 429) ctx.set('Retry-After', '2')
      ctx.status = known.status
      ctx.body = bodyOf(known)
    }
  }
}

function bodyOf({ code, message, details }: AppError): ErrorBody {
  return { error: { code, message, ...(details ? { details } : {}) } }
}

/** Reads a value by its schema; what does not fit names the field. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.join('.') || 'body'
  throw invalid(field, `${field}: ${issue.message}`)
}

function databaseUnavailable(cause: unknown): AppError {
  return new AppError(
    'database_unavailable',
    503,
    'The database does not answer at the moment. Try again in a few seconds.',
    {
      retryable: true,
      cause,
    },
  )
}

function appErrorOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof SyntaxError && 'body' in error) return invalid('body', 'body: is not valid JSON')
  // What Koa's own parts throw: a status, and whether the message is meant for the caller.
  const { status, message, expose } = error as { status?: number; message?: string; expose?: boolean }
  const known = status === undefined ? undefined : HTTP_ERRORS[status]
  if (known) return new AppError(known.code, status!, known.message)
  if (status !== undefined && status < 500 && expose)
    return new AppError('invalid_request', status, message ?? 'The request is not valid.')
  return new AppError(
    'internal',
    500,
    'Something went wrong inside the service. Try again; the log of the service has the details.',
    {
      cause: error,
    },
  )
}

const HTTP_ERRORS: Record<number, { code: string; message: string }> = {
  405: { code: 'method_not_allowed', message: 'This address does not take that method.' },
  413: { code: 'too_large', message: 'The request is too large. Shorten the message.' },
  415: {
    code: 'unsupported_media_type',
    message: 'Send JSON, with the header Content-Type: application/json.',
  },
  501: { code: 'method_not_allowed', message: 'This address does not take that method.' },
}
