import type { Knex } from 'knex'
import { CALL_COLUMNS } from '../bill/call-store.ts'
import type { CallRow, EndedRun } from '../ledger/record.ts'
import type { LedgerStore } from '../ledger/shipper.ts'

const KEY = ['trace_id', 'span_id', 'created_at']
/** What a call's span fills; the texts come beside it. */
const COLUMNS = CALL_COLUMNS.filter((column) => ![...KEY, 'prompt', 'response'].includes(column))
const COLUMN_LIST = [...KEY, ...COLUMNS, 'prompt', 'response'].join(', ')

/** Writes batches of the ledger; every statement may be repeated without effect. */
export function createLedgerStore(db: Knex): LedgerStore {
  return {
    isUnavailable: (error) => !refusesData(error),
    async write({ calls, runs }) {
      await db.transaction(async (trx) => {
        await writeCalls(trx, calls)
        await writeTexts(trx, calls)
        for (const run of runs) await writeRun(trx, run)
      })
    },
  }
}

/** Classes of SQLSTATE in which the data is at fault: data exception, integrity constraint, program limit exceeded. */
const REFUSALS = ['22', '23', '54']

/**
 * Whether the same batch would be refused for ever. Whatever else goes wrong passes, so that rows wait for it: a server
 * that is gone, read-only, full or being migrated, a role that may not connect.
 */
function refusesData(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && REFUSALS.includes(code.slice(0, 2))
}

async function writeCalls(trx: Knex.Transaction, calls: CallRow[]): Promise<void> {
  const rows = calls.flatMap(({ call, prompt, response }) =>
    call ? [{ ...call, ...call.usage, prompt: prompt ?? null, response: response ?? null }] : [],
  )
  // An outcome replaces an intent or the estimate of an interrupted call; an intent replaces nothing.
  await trx.raw(
    `insert into llm_calls (${COLUMN_LIST})
     select ${COLUMN_LIST} from jsonb_populate_recordset(null::llm_calls, ?::jsonb)
     on conflict (trace_id, span_id, created_at) do update set
       ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')},
       prompt = coalesce(excluded.prompt, llm_calls.prompt),
       response = coalesce(excluded.response, llm_calls.response)
     where excluded.status <> 'started' and llm_calls.status in ('started', 'interrupted')`,
    [JSON.stringify(rows)],
  )
}

/** Texts may come in a later batch than their call. */
async function writeTexts(trx: Knex.Transaction, calls: CallRow[]): Promise<void> {
  const texts = calls
    .filter((row) => row.request !== undefined || row.response_message !== undefined)
    .map(({ key, prompt, request, response, response_message }) => ({
      ...key,
      prompt: prompt ?? null,
      request: request ?? null,
      response: response ?? null,
      response_message: response_message ?? null,
    }))
  if (texts.length === 0) return
  const json = JSON.stringify(texts)
  await trx.raw(
    `insert into llm_call_messages (trace_id, span_id, created_at, request, response_message)
     select trace_id, span_id, created_at, request, response_message
     from jsonb_populate_recordset(null::llm_call_messages, ?::jsonb)
     on conflict (trace_id, span_id, created_at) do update set
       request = coalesce(excluded.request, llm_call_messages.request),
       response_message = coalesce(excluded.response_message, llm_call_messages.response_message)`,
    [json],
  )
  await trx.raw(
    `update llm_calls c set prompt = coalesce(t.prompt, c.prompt), response = coalesce(t.response, c.response)
     from jsonb_populate_recordset(null::llm_calls, ?::jsonb) t
     where c.trace_id = t.trace_id and c.span_id = t.span_id and c.created_at = t.created_at
       and (c.prompt is null and t.prompt is not null or c.response is null and t.response is not null)`,
    [json],
  )
}

async function writeRun(trx: Knex.Transaction, run: EndedRun): Promise<void> {
  const [message] = await trx('chat_messages')
    .where({ run_id: run.run_id, role: 'assistant' })
    .whereIn('status', ['running', 'interrupted'])
    .update({
      status: run.status,
      content: run.message,
      last_seq: run.last_seq,
      metadata: JSON.stringify(run.metadata),
      trace: Buffer.from(run.trace, 'base64'),
    })
    .returning(['user_id', 'session_id'])
  if (message) await trx('chat_sessions').where(message).update({ updated_at: trx.fn.now() })
}
