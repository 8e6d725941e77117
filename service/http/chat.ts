import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import { ROOT_CONTEXT, propagation, trace } from '@opentelemetry/api'
import { z } from 'zod'
import { companyConflict } from '../run/company-conflict.ts'
import type { ChatStore } from '../run/chat-store.ts'
import type { Run } from '../run/run.ts'
import type { Runs } from '../run/runs.ts'
import type { ChatRequest, ErrorBody, TreeMode } from '../wire.ts'
import { parse } from './error-response.ts'
import { EventStream } from './event-stream.ts'
import type { AppContext, AppState, CompanyAccess } from './identity.ts'
import { requireCompany } from './identity.ts'

export interface ChatRoutesOptions {
  runs: Runs
  store: ChatStore
  companies: CompanyAccess & { defaultFor(userId: string): Promise<string | null> }
  maxMessageChars: number
}

export const treeMode = z.enum(['snapshot', 'delta'])

const sessionName = z
  .string({ error: 'must be a string' })
  .regex(/^\P{Cc}{1,200}$/u, 'must be 1 to 200 characters without control characters')

/** The body of both chat endpoints. */
export function chatRequestSchema(maxMessageChars: number) {
  return z.object({
    message: z
      .string({ error: 'must be a string' })
      .max(maxMessageChars, `must not be longer than ${maxMessageChars} characters`)
      .refine((text) => text.trim() !== '', 'must not be empty')
      .refine((text) => !text.includes('\u0000'), 'must not contain NUL characters')
      .transform((text) => text.toWellFormed()),
    session_id: sessionName.optional(),
    company_id: z.string({ error: 'must be a string' }).min(1, 'must not be empty').max(200).optional(),
    tree: treeMode.optional(),
  }) satisfies z.ZodType<ChatRequest>
}

/** POST /api/v1/chat/stream and POST /api/v1/chat/: one run, told as it happens or at the end. */
export function chatRoutes(options: ChatRoutesOptions): Router<AppState> {
  const router = new Router<AppState>()
  const schema = chatRequestSchema(options.maxMessageChars)

  router.post('/api/v1/chat/stream', async (ctx) => {
    const request = parse(schema, ctx.request.body)
    const run = await startRun(options, ctx, request)
    streamRun(ctx, run, 0, request.tree ?? 'snapshot')
  })

  router.post(['/api/v1/chat/', '/api/v1/chat'], async (ctx) => {
    const run = await startRun(options, ctx, parse(schema, ctx.request.body))
    ctx.set('x-run-id', run.id)
    await run.finished
    answer(ctx, run)
  })

  return router
}

/** Sends a run's events from a position on; the connection only reads, the run does not depend on it. */
export function streamRun(ctx: AppContext, run: Run, after: number, mode: TreeMode): void {
  eventStreamHeaders(ctx, run.id)
  // At once: a client learns the run's id before the first event, and can resume whatever happens.
  ctx.res.flushHeaders()
  const stream = new EventStream(run.log, after, mode)
  ctx.body = stream
}

export function eventStreamHeaders(ctx: AppContext, runId: string): void {
  ctx.status = 200
  ctx.type = 'text/event-stream; charset=utf-8'
  ctx.set({
    'x-run-id': runId,
    // Proxies that buffer or compress would hold the events back.
    'x-accel-buffering': 'no',
    'cache-control': 'no-cache, no-transform',
  })
}

async function startRun(
  { runs, store, companies }: ChatRoutesOptions,
  ctx: AppContext,
  request: ChatRequest,
): Promise<Run> {
  const { userId } = ctx.state.identity
  const sessionId = request.session_id ?? randomUUID()
  if (request.company_id !== undefined) {
    await requireCompany(
      companies,
      userId,
      request.company_id,
      `The company ${JSON.stringify(request.company_id)}`,
    )
  }
  const session = await store.findSession(userId, sessionId)
  if (session && request.company_id !== undefined && request.company_id !== session.companyId) {
    throw companyConflict(sessionId, session.companyId)
  }
  const companyId = session ? session.companyId : (request.company_id ?? (await companies.defaultFor(userId)))
  await requireCompany(companies, userId, companyId, `The session ${JSON.stringify(sessionId)}`)
  const link = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, ctx.headers))
  return runs.start({ userId, sessionId, companyId, message: request.message, ...(link ? { link } : {}) })
}

/** The end of a run as one JSON answer. */
function answer(ctx: AppContext, run: Run): void {
  const event = run.terminal!
  if (event.type === 'complete') {
    ctx.body = event.data
    return
  }
  const { code, message, retryable, metadata } = event.data
  ctx.status = code === 'llm_timeout' ? 504 : 502
  ctx.body = {
    error: { code, message, details: { run_id: run.id, retryable, usage: metadata.usage } },
  } satisfies ErrorBody
}
