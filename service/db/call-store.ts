import type { Knex } from 'knex'
import { CALL_COLUMNS } from '../bill/call-store.ts'
import type { CallFilter, CallStore } from '../bill/call-store.ts'
import type { LlmCall, LlmCallDetail } from '../wire.ts'

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
