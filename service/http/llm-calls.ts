import { once } from 'node:events'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import type { CallPosition, CallStore } from '../bill/call-store.ts'
import { CALL_COLUMNS } from '../bill/call-store.ts'
import { notFound } from '../errors.ts'
import type { LlmCall } from '../wire.ts'
import { parse } from './error-response.ts'
import type { AppState } from './identity.ts'
import { limitUpTo } from './limit.ts'

/** Calls that become one piece of an export. */
const PIECE_CALLS = 200
/** A reader that takes nothing for this long is let go, because it holds a connection of the database. */
const STALLED_MS = 60_000

export interface LlmCallRoutesOptions {
  calls: CallStore
}

const callFilter = z.object({
  run_id: z.string({ error: 'must be given once' }).optional(),
  session_id: z.string({ error: 'must be given once' }).optional(),
  status: z
    .enum(['started', 'ok', 'error', 'cancelled', 'interrupted'], {
      error: 'must be one of started, ok, error, cancelled, interrupted',
    })
    .optional(),
  model: z.string({ error: 'must be given once' }).optional(),
})

export const callListQuery = callFilter.extend({
  limit: limitUpTo(500),
  after: z
    .string({ error: 'must be given once' })
    .transform((text, context) => positionOf(text) ?? invalidPosition(context))
    .optional(),
})

export const callExportQuery = callFilter.extend({
  format: z.enum(['csv', 'ndjson'], { error: 'must be csv or ndjson' }).default('csv'),
})

/** The bill call by call, own calls only: GET /api/v1/llm-calls, /llm-calls/export and /llm-calls/:trace_id/:span_id. */
export function llmCallRoutes({ calls }: LlmCallRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1/llm-calls' })

  router.get('/', async (ctx) => {
    const { limit, after, ...filter } = parse(callListQuery, ctx.query)
    const page = await calls.list(ctx.state.identity.userId, filter, { limit, after })
    ctx.body = { calls: page.calls, next: page.next && tokenOf(page.next) }
  })

  router.get('/export', async (ctx) => {
    const { format, ...filter } = parse(callExportQuery, ctx.query)
    const pieces = inFormat(format, calls.stream(ctx.state.identity.userId, filter))
    const body = Readable.from(pieces, { objectMode: false })
    // Before the status is sent, so that a database that is away is an error and not a file cut short.
    await once(body, 'readable')
    ctx.attachment(`llm-calls.${format}`)
    ctx.type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8'
    ctx.res.setTimeout(STALLED_MS, () => ctx.res.destroy())
    ctx.body = body
  })

  router.get('/:trace_id/:span_id', async (ctx) => {
    const { trace_id: traceId, span_id: spanId } = ctx.params
    const call = await calls.find(ctx.state.identity.userId, traceId!, spanId!)
    if (!call) throw notFound(`The call ${traceId}/${spanId}`)
    ctx.body = call
  })

  return router
}

async function* inFormat(format: 'csv' | 'ndjson', calls: AsyncIterable<LlmCall>): AsyncGenerator<string> {
  let piece: LlmCall[] = []
  let header = true
  for await (const call of calls) {
    piece.push(call)
    if (piece.length < PIECE_CALLS) continue
    yield textOf(piece)
    piece = []
  }
  yield textOf(piece)

  function textOf(some: LlmCall[]): string {
    if (format === 'ndjson') return some.map((call) => `${JSON.stringify(call)}\n`).join('')
    // A text that begins like a formula would be run by whatever spreadsheet opens the file.
    const text = stringify(some, { header, columns: [...CALL_COLUMNS], escape_formulas: true })
    header = false
    return text
  }
}

function tokenOf({ created_at, trace_id, span_id }: CallPosition): string {
  return `${created_at}_${trace_id}_${span_id}`
}

function positionOf(token: string): CallPosition | null {
  const [, created_at, trace_id, span_id] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f]{32})_([0-9a-f]{16})$/.exec(token) ?? []
  if (!created_at || !trace_id || !span_id || Number.isNaN(Date.parse(created_at))) return null
  return { created_at, trace_id, span_id }
}

function invalidPosition(context: z.RefinementCtx): never {
  context.addIssue('must be what an earlier answer gave as next')
  return z.NEVER
}
