import type { z } from 'zod'
import type { ZodOpenApiResponsesObject } from 'zod-openapi'
import { errorBody } from './run-schemas.ts'

type Responses = ZodOpenApiResponsesObject

/** A JSON answer. */
export function json(description: string, schema: z.ZodType, status: '200' | '202' = '200'): Responses {
  return { [status]: { description, content: { 'application/json': { schema } } } }
}

const REFUSED = {
  400: 'Something in the request is not valid; details.field names it.',
  401: 'Not signed in.',
  403: 'Asked by a page of another site, or under a foreign host name.',
  404: 'Unknown, or not for this user.',
  409: 'Not possible as things stand; the code says why.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many runs at once; Retry-After says when to try again.',
  502: 'The run failed, most often at the provider; details.run_id names it.',
  503: 'The service cannot take it now; Retry-After says when to try again.',
  504: 'The provider did not answer in time; details.run_id names the run.',
} as const

/** The error answers of a route under /api/: those it names, and those that every such route has. */
export function refusals(...statuses: (keyof typeof REFUSED)[]): Responses {
  const all = [...new Set<keyof typeof REFUSED>([...statuses, 401, 403, 503])]
  return Object.fromEntries(
    all.map((status) => [
      String(status),
      { description: REFUSED[status], content: { 'application/json': { schema: errorBody } } },
    ]),
  )
}
