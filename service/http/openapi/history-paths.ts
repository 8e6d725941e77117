import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { json, refusals } from './answer.ts'
import { company, me, message, review, session } from './history-schemas.ts'

const sessionPath = z.object({ session_id: z.string() })

/** What was said, who asks, and about whom. */
export const historyPaths: ZodOpenApiPathsObject = {
  '/api/v1/sessions': {
    get: {
      operationId: 'sessions',
      tags: ['history'],
      summary: 'Your sessions, newest first.',
      responses: { ...json('Sessions.', z.object({ sessions: z.array(session) })), ...refusals() },
    },
  },
  '/api/v1/sessions/{session_id}/messages': {
    get: {
      operationId: 'messages',
      tags: ['history'],
      summary: 'The messages of a session, oldest first.',
      requestParams: { path: sessionPath },
      responses: {
        ...json('Messages.', z.object({ session, messages: z.array(message) })),
        ...refusals(404),
      },
    },
  },
  '/api/v1/sessions/{session_id}': {
    delete: {
      operationId: 'deleteSession',
      tags: ['history'],
      summary: 'Delete a session with its messages. Its calls stay on the bill.',
      requestParams: { path: sessionPath },
      responses: { '204': { description: 'Deleted.' }, ...refusals(404) },
    },
  },
  '/api/v1/companies': {
    get: {
      operationId: 'companies',
      tags: ['reviews'],
      summary: 'The companies that you may ask about.',
      responses: { ...json('Companies.', z.object({ companies: z.array(company) })), ...refusals() },
    },
  },
  '/api/v1/reviews/{review_id}': {
    get: {
      operationId: 'review',
      tags: ['reviews'],
      summary: 'One review, as an answer cites it.',
      requestParams: { path: z.object({ review_id: z.string() }) },
      responses: { ...json('The review.', review), ...refusals(404) },
    },
  },
  '/api/v1/me': {
    get: {
      operationId: 'me',
      tags: ['service'],
      summary: 'Who asks, and which model answers.',
      responses: { ...json('You.', me), ...refusals() },
    },
  },
  '/healthz': {
    get: {
      operationId: 'healthz',
      tags: ['service'],
      summary: 'Whether the process lives.',
      responses: json('It does.', z.object({ status: z.literal('ok') })),
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      tags: ['service'],
      summary: 'Whether the service can take chats.',
      responses: {
        ...json('It can.', readiness('ready')),
        '503': {
          description: 'It cannot, and why.',
          content: { 'application/json': { schema: readiness('not_ready') } },
        },
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openapi',
      tags: ['service'],
      summary: 'This document.',
      responses: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })),
    },
  },
}

function readiness(status: 'ready' | 'not_ready') {
  return z.object({ status: z.literal(status), reasons: z.array(z.string()) })
}
