import type { Knex } from 'knex'
import type { FlatNode, RunMetadata, TokenUsage } from '../wire.ts'
import { usageOf } from '../run/tree.ts'

export type PriceOf = (
  provider: string,
  model: string,
  usage: TokenUsage,
  reported: null,
) => { usd: number; source: string } | null

interface StartedRow {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  created_at: Date
  provider: string
  model: string
  step_path: string
  status: string
  attempt: number
  duration_ms: number | null
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cached_tokens: number | null
  reasoning_tokens: number | null
  usage_source: 'provider' | 'estimated' | null
  cost_usd: string | null
  metadata: { role?: string; estimated_prompt_tokens?: number }
}

const ERROR = {
  code: 'interrupted',
  message: 'The service was restarted while it answered. Ask again.',
  retryable: true,
}

/**
 * Ends the runs that a dead process left running. Calls that never ended are billed by the estimate of their intent;
 * the tree that is stored is made again from the rows, so that it agrees with them.
 * @returns their run ids
 */
export async function markInterrupted(db: Knex, instanceId: string, priceOf: PriceOf): Promise<string[]> {
  const runs = await db('chat_messages')
    .where({ instance_id: instanceId, status: 'running' })
    .select('run_id', 'created_at')
  for (const { run_id: runId, created_at: startedAt } of runs) {
    await db.transaction(async (trx) => {
      const rows = (await trx('llm_calls')
        .where({ trace_id: runId })
        .orderBy('created_at')
        .forUpdate()) as StartedRow[]
      for (const row of rows.filter(({ status }) => status === 'started')) await interrupt(trx, row, priceOf)
      const metadata = metadataOf(runId, startedAt, rows)
      await trx('chat_messages')
        .where({ run_id: runId, role: 'assistant', status: 'running' })
        .update({ status: 'interrupted', metadata: JSON.stringify(metadata) })
    })
  }
  return runs.map(({ run_id }) => run_id as string)
}

async function interrupt(trx: Knex.Transaction, row: StartedRow, priceOf: PriceOf): Promise<void> {
  // The provider may have been at work; how much it wrote nobody knows.
  const prompt = row.metadata.estimated_prompt_tokens ?? null
  row.status = 'interrupted'
  if (prompt !== null) {
    row.prompt_tokens = prompt
    row.total_tokens = prompt
    row.usage_source = 'estimated'
  }
  const price = priceOf(row.provider, row.model, row, null)
  row.cost_usd = price ? price.usd.toFixed(12) : null
  await trx('llm_calls')
    .where({ trace_id: row.trace_id, span_id: row.span_id, created_at: row.created_at })
    .update({
      status: row.status,
      error_type: 'interrupted',
      prompt_tokens: row.prompt_tokens,
      total_tokens: row.total_tokens,
      usage_source: row.usage_source,
      cost_usd: row.cost_usd,
      price_source: price?.source ?? null,
    })
}

function metadataOf(runId: string, startedAt: Date, rows: StartedRow[]): RunMetadata {
  const { retryable: _, ...error } = ERROR
  // The id of the root went down with the process; the steps between it and its calls did, too.
  const root: FlatNode = {
    id: rows[0]?.parent_span_id ?? runId.slice(16),
    parent_id: null,
    name: 'invoke_workflow review_chat',
    kind: 'run',
    label: 'Answering the question',
    status: 'error',
    started_at: startedAt.toISOString(),
    duration_ms: null,
    error,
  }
  const calls = rows.map((row) => nodeOf(row, root.id))
  return {
    execution_tree: { ...root, children: calls.map((call) => ({ ...call, children: [] })) },
    visualizations: [],
    citations: [],
    usage: usageOf(calls),
    duration_ms: 0,
    error: ERROR,
  }
}

function nodeOf(row: StartedRow, rootId: string): FlatNode {
  return {
    id: row.span_id,
    parent_id: rootId,
    name: row.step_path.split(' > ').at(-1)!,
    kind: 'llm',
    label: `${row.metadata.role ?? 'Call'} · ${row.model.split('/').at(-1)}`,
    status: row.status === 'ok' ? 'ok' : row.status === 'cancelled' ? 'stopped' : 'error',
    started_at: row.created_at.toISOString(),
    duration_ms: row.duration_ms,
    model: row.model,
    provider: row.provider,
    attempt: row.attempt,
    usage: {
      prompt_tokens: row.prompt_tokens,
      completion_tokens: row.completion_tokens,
      total_tokens: row.total_tokens,
      cached_tokens: row.cached_tokens,
      reasoning_tokens: row.reasoning_tokens,
    },
    ...(row.usage_source ? { usage_source: row.usage_source } : {}),
    ...(row.cost_usd === null ? {} : { cost_usd: Number(row.cost_usd) }),
    ...(row.status === 'interrupted' ? { error: { code: ERROR.code, message: ERROR.message } } : {}),
  }
}
