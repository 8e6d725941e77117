import { z } from 'zod'
import type { ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import { chatRequestSchema, treeMode } from '../chat.ts'
import { json, refusals } from './answer.ts'
import { receipt } from './bill-schemas.ts'
import { completeData, runEvent, runInfo, stopInfo } from './run-schemas.ts'

const runHeader = { 'x-run-id': { description: 'The id of the run.', schema: { type: 'string' } } } as const
const runPath = z.object({ run_id: z.string().meta({ description: 'Also the trace id.' }) })

const eventStream: ZodOpenApiResponsesObject = {
  '200': {
    description:
      'Server-Sent Events. A frame is `id: <seq>` and `data: <JSON>`, without an event name; the schema is that of ' +
      'the JSON. seq counts from 1 without holes. The last frame is `complete` or `error`. A comment comes every 15 s.',
    headers: runHeader,
    content: { 'text/event-stream': { schema: runEvent } },
  },
}

/** Asking, and everything about one run. */
export function chatPaths(maxMessageChars: number): ZodOpenApiPathsObject {
  const requestBody = {
    required: true,
    content: {
      'application/json': { schema: chatRequestSchema(maxMessageChars).meta({ id: 'ChatRequest' }) },
    },
  }
  return {
    '/api/v1/chat/stream': {
      post: {
        operationId: 'streamChat',
        tags: ['chat'],
        summary: 'Ask, and watch the answer as it is made. Leaving does not stop the run.',
        requestBody,
        responses: { ...eventStream, ...refusals(400, 404, 409, 413, 415, 429) },
      },
    },
    '/api/v1/chat/': {
      post: {
        operationId: 'chat',
        tags: ['chat'],
        summary: 'Ask, and wait for the answer.',
        requestBody,
        responses: {
          '200': {
            description: 'The answer.',
            headers: runHeader,
            content: { 'application/json': { schema: completeData } },
          },
          ...refusals(400, 404, 409, 413, 415, 429, 502, 504),
        },
      },
    },
    '/api/v1/chat/runs/{run_id}': {
      get: {
        operationId: 'run',
        tags: ['runs'],
        summary: 'Where a run stands.',
        requestParams: { path: runPath },
        responses: { ...json('The run.', runInfo), ...refusals(404) },
      },
    },
    '/api/v1/chat/runs/{run_id}/stream': {
      get: {
        operationId: 'resumeRun',
        tags: ['runs'],
        summary: 'Read a run from an event on.',
        requestParams: {
          path: runPath,
          query: z.object({
            after: z
              .int()
              .min(0)
              .optional()
              .meta({ description: 'The last event read; beats Last-Event-ID.' }),
            tree: treeMode.optional(),
          }),
          header: z.object({ 'last-event-id': z.int().min(0).optional() }),
        },
        responses: {
          ...eventStream,
          '204': { description: 'The run has ended, and there is nothing after that event.' },
          ...refusals(400, 404),
        },
      },
    },
    '/api/v1/chat/runs/{run_id}/stop': {
      post: {
        operationId: 'stopRun',
        tags: ['runs'],
        summary: "Stop a run, down to the provider's socket.",
        requestParams: { path: runPath },
        responses: {
          ...json('It has ended already.', stopInfo),
          ...json('It is being stopped.', stopInfo, '202'),
          ...refusals(404),
        },
      },
    },
    '/api/v1/chat/runs/{run_id}/trace': {
      get: {
        operationId: 'traceOfRun',
        tags: ['runs'],
        summary: "The run's trace as OTLP JSON, to keep or to upload to Jaeger.",
        requestParams: { path: runPath },
        responses: { ...json('ExportTraceServiceRequest.', z.looseObject({})), ...refusals(404, 409) },
      },
    },
    '/api/v1/chat/runs/{run_id}/receipt': {
      get: {
        operationId: 'receiptOfRun',
        tags: ['bill'],
        summary: 'The tree, the rows and the trace of a run, compared call by call just now.',
        requestParams: { path: runPath },
        responses: { ...json('The receipt.', receipt), ...refusals(404, 409) },
      },
    },
  }
}
