import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { analyticsQuery } from '../analytics.ts'
import { callExportQuery, callListQuery } from '../llm-calls.ts'
import { json, refusals } from './answer.ts'
import {
  llmCall,
  llmCallDetail,
  llmCallPage,
  modelUse,
  queryAverages,
  queryCost,
  sessionCost,
  userCost,
} from './bill-schemas.ts'

function analytics(
  operationId: string,
  summary: string,
  answer: z.ZodType,
): { get: ZodOpenApiOperationObject } {
  return {
    get: {
      operationId,
      tags: ['bill'],
      summary,
      requestParams: { query: analyticsQuery },
      responses: { ...json('Rows, the largest first.', answer), ...refusals(400) },
    },
  }
}

/** What it cost; always the asking user's own. */
export const billPaths: ZodOpenApiPathsObject = {
  '/api/v1/analytics/models': analytics(
    'modelUse',
    'Your most used models.',
    z.object({ rows: z.array(modelUse) }),
  ),
  '/api/v1/analytics/sessions': analytics(
    'sessionCosts',
    'Cost by session.',
    z.object({ rows: z.array(sessionCost) }),
  ),
  '/api/v1/analytics/users': analytics('userCosts', 'Cost by user.', z.object({ rows: z.array(userCost) })),
  '/api/v1/analytics/queries': analytics(
    'queryCosts',
    'Your most expensive queries, and averages over all of them.',
    z.object({ rows: z.array(queryCost), averages: queryAverages }),
  ),
  '/api/v1/llm-calls': {
    get: {
      operationId: 'llmCalls',
      tags: ['bill'],
      summary: 'Your calls to models, newest first.',
      requestParams: { query: callListQuery },
      responses: { ...json('Calls.', llmCallPage), ...refusals(400) },
    },
  },
  '/api/v1/llm-calls/export': {
    get: {
      operationId: 'exportLlmCalls',
      tags: ['bill'],
      summary: 'All of them as a file, newest first.',
      requestParams: { query: callExportQuery },
      responses: {
        '200': {
          description: 'One call a line.',
          content: {
            'text/csv': {
              schema: { type: 'string', description: 'A header, then the columns of llm_calls.' },
            },
            'application/x-ndjson': { schema: llmCall },
          },
        },
        ...refusals(400),
      },
    },
  },
  '/api/v1/llm-calls/{trace_id}/{span_id}': {
    get: {
      operationId: 'llmCall',
      tags: ['bill'],
      summary: 'One call with its full texts.',
      requestParams: { path: z.object({ trace_id: z.string(), span_id: z.string() }) },
      responses: { ...json('The call.', llmCallDetail), ...refusals(404) },
    },
  },
}
