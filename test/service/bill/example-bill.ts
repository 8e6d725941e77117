import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type Router from '@koa/router'
import Koa from 'koa'
import type { Knex } from 'knex'
import type { LlmCall } from '../../../otel/llm-call.ts'
import { createChatStore } from '../../../service/db/chat-store.ts'
import { isDatabaseUnavailable } from '../../../service/db/database.ts'
import { createLedgerStore } from '../../../service/db/ledger-store.ts'
import { errorResponse } from '../../../service/http/error-response.ts'
import type { AppState } from '../../../service/http/identity.ts'
import type { CallRow, EndedRun } from '../../../service/ledger/record.ts'
import type { RunMetadata } from '../../../service/wire.ts'

const STARTED = Date.UTC(2026, 10, 22, 12)

/** A call that went well, of user ann: 100 + 20 tokens for a tenth of a cent. */
export function call(changes: Partial<LlmCall> = {}): LlmCall {
  return {
    trace_id: 'a'.repeat(32),
    span_id: randomBytes(8).toString('hex'),
    parent_span_id: null,
    created_at: at(0),
    step_path: 'invoke_workflow review_chat > chat gpt-5-nano',
    duration_ms: 400,
    time_to_first_token_ms: 50,
    provider: 'openai',
    model: 'gpt-5-nano',
    response_model: 'gpt-5-nano-2025-08-07',
    call_type: 'CHAT',
    agent: 'planner',
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      cached_tokens: 0,
      reasoning_tokens: 0,
    },
    usage_source: 'provider',
    cost_usd: '0.001000000000',
    price_source: 'genai-prices',
    status: 'ok',
    error_type: null,
    finish_reason: 'stop',
    operation_id: 'op',
    attempt: 1,
    user_id: 'ann',
    session_id: 'first',
    company_id: null,
    metadata: { agent: 'planner' },
    ...changes,
  }
}

/** The tokens of a call that nobody reported. */
export const UNKNOWN_USAGE: LlmCall['usage'] = {
  prompt_tokens: null,
  completion_tokens: null,
  total_tokens: null,
  cached_tokens: null,
  reasoning_tokens: null,
}

/** Milliseconds after the first call, ISO 8601. */
export function at(ms: number): string {
  return new Date(STARTED + ms).toISOString()
}

/** Puts calls into the database the way the ledger does. */
export async function bill(db: Knex, calls: LlmCall[], texts: Partial<CallRow> = {}): Promise<void> {
  const rows = calls.map(({ trace_id, span_id, created_at, ...rest }) => {
    const key = { trace_id, span_id, created_at }
    return { key, call: { ...key, ...rest }, ...texts }
  })
  await createLedgerStore(db).write({ calls: rows, runs: [] })
}

/** A run as it stands in the history: asked, and ended unless `ended` is left out. */
export async function run(
  db: Knex,
  {
    runId,
    userId = 'ann',
    sessionId = 'first',
    companyId = null,
    question = 'What do people say?',
    ended,
  }: {
    runId: string
    userId?: string
    sessionId?: string
    companyId?: string | null
    question?: string
    ended?: { status?: EndedRun['status']; metadata?: Partial<RunMetadata>; trace?: unknown }
  },
): Promise<void> {
  await createChatStore(db).createRun({
    runId,
    userId,
    sessionId,
    companyId,
    message: question,
    instanceId: 'test',
  })
  if (!ended) return
  const metadata: RunMetadata = {
    execution_tree: null,
    visualizations: [],
    citations: [],
    usage: {
      llm_calls: 0,
      prompt_tokens: 0,
      completion_tokens: 0,
      total_tokens: 0,
      cost_usd: null,
      unpriced_calls: 0,
    },
    duration_ms: 1000,
    ...ended.metadata,
  }
  const trace = gzipSync(JSON.stringify(ended.trace ?? { resourceSpans: [] })).toString('base64')
  await createLedgerStore(db).write({
    calls: [],
    runs: [{ run_id: runId, status: ended.status ?? 'ok', message: 'Well.', last_seq: 9, metadata, trace }],
  })
}

export interface TestApp {
  url: string
  /** GET as a user. */
  get(path: string, userId?: string): Promise<Response>
  /** What was thrown that nobody expected. */
  internalErrors: unknown[]
  close(): Promise<void>
}

/** Routers behind the real form of error answers; the header x-user says who asks. */
export async function serve(...routers: Router<AppState>[]): Promise<TestApp> {
  const app = new Koa<AppState>()
  app.silent = true
  const internalErrors: unknown[] = []
  app.use(errorResponse({ isDatabaseUnavailable, onInternalError: (error) => internalErrors.push(error) }))
  app.use((ctx, next) => {
    ctx.state.identity = { userId: ctx.get('x-user') }
    return next()
  })
  for (const router of routers) app.use(router.routes())
  const handle = app.callback()
  const server: Server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    get: (path, userId = 'ann') => fetch(url + path, { headers: { 'x-user': userId } }),
    internalErrors,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
