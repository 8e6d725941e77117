import type { Knex } from 'knex'
import type { CallStatus, LlmCall, LlmCallDetail } from '../wire.ts'

/** Which calls of a user; what is left out does not narrow. */
export interface CallFilter {
  run_id?: string | undefined
  session_id?: string | undefined
  status?: CallStatus | undefined
  /** As sent. */
  model?: string | undefined
}

/** A place in a user's calls, the newest first: behind the call of this key. */
export interface CallPosition {
  created_at: string
  trace_id: string
  span_id: string
}

/**
 * The rows of the bill, read. Except for `ofRun`, a user gets what that user asked, of companies that the user may
 * still see.
 */
export interface CallStore {
  /** Newest first. `next` is where the rest begins; null = this was the last of them. */
  list(
    userId: string,
    filter: CallFilter,
    page: { limit: number; after?: CallPosition | undefined },
  ): Promise<{ calls: LlmCall[]; next: CallPosition | null }>
  /** null: unknown, or not for this user. */
  find(userId: string, traceId: string, spanId: string): Promise<LlmCallDetail | null>
  /** All of them, newest first, as they come from the server. Holds a connection until it is read or returned. */
  stream(userId: string, filter: CallFilter): AsyncGenerator<LlmCall>
  /** Every call of a run, oldest first, whoever's it is: the caller has checked whose run it is. */
  ofRun(runId: string): Promise<LlmCall[]>
}

/** The columns of llm_calls, in the order of an export. */
export const CALL_COLUMNS = [
  'trace_id',
  'span_id',
  'created_at',
  'parent_span_id',
  'step_path',
  'duration_ms',
  'time_to_first_token_ms',
  'provider',
  'model',
  'response_model',
  'call_type',
  'agent',
  'prompt',
  'response',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'usage_source',
  'cost_usd',
  'price_source',
  'status',
  'error_type',
  'finish_reason',
  'operation_id',
  'attempt',
  'user_id',
  'session_id',
  'company_id',
  'metadata',
] as const satisfies (keyof LlmCall)[]

const SELECTED = CALL_COLUMNS.map((column) => `c.${column}`)
/** Rows of an export that are in memory at a time. */
const STREAM_BATCH = 200

type CallRow = Omit<LlmCall, 'created_at'> & { created_at: Date }

/**
 * SQL: whether a user may see what is of a company, as mayUseCompany decides it. No company = the user's own alone.
 * @param column,user SQL expressions
 */
export function companyVisibleTo(column: string, user: string): string {
  return `(${column} is null or ${column} in (
    select v.company_id from companies v
    where not exists (select from company_members m where m.company_id = v.company_id)
      or exists (select from company_members m where m.company_id = v.company_id and m.user_id = ${user})))`
}

/** Reads llm_calls and its texts. */
export function createCallStore(db: Knex): CallStore {
  /** @param on a transaction, for a read that lasts */
  function visible(on: Knex, userId: string): Knex.QueryBuilder {
    return on('llm_calls as c')
      .where('c.user_id', userId)
      .whereRaw(companyVisibleTo('c.company_id', '?'), [userId])
  }

  function newestFirst(on: Knex, userId: string, filter: CallFilter): Knex.QueryBuilder {
    const query = visible(on, userId)
      .select(SELECTED)
      // The whole key, because calls may start in the same millisecond.
      .orderByRaw('c.created_at desc, c.trace_id desc, c.span_id desc')
    if (filter.run_id !== undefined) query.where('c.trace_id', filter.run_id)
    if (filter.session_id !== undefined) query.where('c.session_id', filter.session_id)
    if (filter.status !== undefined) query.where('c.status', filter.status)
    if (filter.model !== undefined) query.where('c.model', filter.model)
    return query
  }

  return {
    async list(userId, filter, { limit, after }) {
      const query = newestFirst(db, userId, filter).limit(limit + 1)
      if (after) {
        query.whereRaw('(c.created_at, c.trace_id, c.span_id) < (?, ?, ?)', [
          after.created_at,
          after.trace_id,
          after.span_id,
        ])
      }
      const calls = ((await query) as CallRow[]).map(callOf)
      if (calls.length <= limit) return { calls, next: null }
      const { created_at, trace_id, span_id } = calls[limit - 1]!
      return { calls: calls.slice(0, limit), next: { created_at, trace_id, span_id } }
    },

    async find(userId, traceId, spanId) {
      const row = await visible(db, userId)
        .leftJoin('llm_call_messages as m', {
          'm.trace_id': 'c.trace_id',
          'm.span_id': 'c.span_id',
          'm.created_at': 'c.created_at',
        })
        .where({ 'c.trace_id': traceId, 'c.span_id': spanId })
        .first([...SELECTED, 'm.request', 'm.response_message'])
      return row ? (callOf(row) as LlmCallDetail) : null
    },

    async *stream(userId, filter) {
      const trx = await db.transaction()
      try {
        // A reader may take longer over a large export than any statement should.
        await trx.raw('set local statement_timeout = 0')
        const rows: AsyncIterable<CallRow> = newestFirst(trx, userId, filter).stream({
          batchSize: STREAM_BATCH,
        })
        for await (const row of rows) yield callOf(row)
      } finally {
        await trx.rollback()
      }
    },

    async ofRun(runId) {
      const rows = await db('llm_calls as c')
        .where('c.trace_id', runId)
        .select(SELECTED)
        .orderByRaw('c.created_at, c.span_id')
      return (rows as CallRow[]).map(callOf)
    },
  }
}

/** The user a run belongs to; null where there is no such run. */
export async function ownerOfRun(db: Knex, runId: string): Promise<string | null> {
  const row = await db('chat_messages').where({ run_id: runId, role: 'assistant' }).first('user_id')
  return row?.user_id ?? null
}

function callOf(row: CallRow): LlmCall {
  return { ...row, created_at: row.created_at.toISOString() }
}
