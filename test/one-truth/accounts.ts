import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import { expect } from 'vitest'
import { redactJson } from '../../service/redaction.ts'
import { flatten } from '../../service/run/tree.ts'
import type { CallStatus, NodeStatus, RunMetadata } from '../../service/wire.ts'
import type { LedgerEntry } from '../provider/fake-provider.ts'

/** A row of llm_calls with the request that was stored beside it. */
export interface CallRow {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  created_at: Date
  step_path: string
  duration_ms: number | null
  provider: string
  model: string
  agent: string
  prompt: string | null
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cached_tokens: number | null
  reasoning_tokens: number | null
  usage_source: 'provider' | 'estimated' | null
  /** Twelve places. */
  cost_usd: string | null
  price_source: string | null
  status: CallStatus
  error_type: string | null
  operation_id: string
  attempt: number
  user_id: string
  session_id: string
  company_id: string | null
  metadata: { response_id?: string; http_status?: number }
  request: { messages: unknown } | null
}

/** Rows in order of start, by columns of llm_calls. */
export async function callRows(db: Knex, where: Record<string, unknown>): Promise<CallRow[]> {
  return db('llm_calls')
    .leftJoin('llm_call_messages', function () {
      for (const key of ['trace_id', 'span_id', 'created_at'])
        this.on(`llm_calls.${key}`, `llm_call_messages.${key}`)
    })
    .where(Object.fromEntries(Object.entries(where).map(([column, value]) => [`llm_calls.${column}`, value])))
    .orderBy(['llm_calls.created_at', 'llm_calls.span_id'])
    .select('llm_calls.*', 'llm_call_messages.request')
}

/** The rows are the calls that the provider served, one by one: it is asked for nothing twice and billed for no less. */
export function expectProviderAgrees(rows: CallRow[], entries: LedgerEntry[]): void {
  expect(rows).toHaveLength(entries.length)
  const left = new Set(rows)
  for (const entry of entries) {
    // By what was asked, so that figures of one call on the row of another are found.
    const row = [...left].find(({ request }) =>
      isDeepStrictEqual(request?.messages, redactJson(entry.messages)),
    )
    expect(row, `a row of the provider's call ${entry.index}`).toBeDefined()
    left.delete(row!)
    expect(row).toMatchObject(expectedRow(entry))
    if (row!.usage_source === 'estimated') expectPlausible(row!, entry)
  }
}

const ROW_STATUS = { completed: 'ok', cut: 'error', error: 'error', client_closed: 'cancelled' } as const

function expectedRow(entry: LedgerEntry): Partial<CallRow> {
  if (entry.outcome === 'open') throw new Error(`the provider still serves call ${entry.index}`)
  const known = { model: entry.model, agent: entry.agent, status: ROW_STATUS[entry.outcome] }
  const usage = entry.usage_reported
  if (usage) {
    return {
      ...known,
      usage_source: 'provider',
      prompt_tokens: usage.prompt_tokens,
      completion_tokens: usage.completion_tokens,
      total_tokens: usage.total_tokens,
      cached_tokens: usage.prompt_tokens_details.cached_tokens,
      reasoning_tokens: usage.completion_tokens_details.reasoning_tokens,
    }
  }
  const unknown = { cached_tokens: null, reasoning_tokens: null }
  if (entry.outcome === 'error') {
    return {
      ...known,
      ...unknown,
      usage_source: null,
      prompt_tokens: null,
      completion_tokens: null,
      total_tokens: null,
      cost_usd: null,
    }
  }
  return {
    ...known,
    ...unknown,
    usage_source: 'estimated',
    ...(entry.text_sent === '' ? { completion_tokens: null } : {}),
  }
}

/** An estimate is another tokenizer's count of the same text: within a factor of three, and never 0. */
function expectPlausible(row: CallRow, entry: LedgerEntry): void {
  const pairs = [[row.prompt_tokens, entry.prompt_tokens]]
  if (entry.text_sent !== '') pairs.push([row.completion_tokens, entry.completion_tokens])
  for (const [estimated, counted] of pairs) {
    expect(estimated).toBeGreaterThan(0)
    expect(estimated! / counted!).toBeGreaterThan(1 / 3)
    expect(estimated! / counted!).toBeLessThan(3)
  }
  expect(row.total_tokens).toBe(row.prompt_tokens! + (row.completion_tokens ?? 0))
}

const NODE_STATUS: Record<CallStatus, NodeStatus> = {
  started: 'running',
  ok: 'ok',
  error: 'error',
  cancelled: 'stopped',
  interrupted: 'error',
}

/** The tree that was watched holds the rows, call by call, and its totals are their sums. */
export function expectTreeAgrees({ execution_tree: tree, usage }: RunMetadata, rows: CallRow[]): void {
  const nodes = new Map(flatten(tree!).map((node) => [node.id, node]))
  const calls = [...nodes.values()].filter((node) => node.kind === 'llm')
  expect(calls.map((node) => node.id).sort()).toEqual(rows.map((row) => row.span_id).sort())
  for (const row of rows) {
    const node = nodes.get(row.span_id)!
    expect(node).toMatchObject({
      status: NODE_STATUS[row.status],
      started_at: row.created_at.toISOString(),
      duration_ms: row.duration_ms,
      model: row.model,
      provider: row.provider,
      attempt: row.attempt,
      usage: tokensOf(row),
    })
    expect(node.usage_source ?? null).toBe(row.usage_source)
    expect(node.cost_usd?.toFixed(12) ?? null).toBe(row.cost_usd)
    expect(node.error?.code ?? null).toBe(row.error_type)
  }
  expect(usage).toMatchObject({
    llm_calls: rows.length,
    prompt_tokens: sum(rows.map((row) => row.prompt_tokens ?? 0)),
    completion_tokens: sum(rows.map((row) => row.completion_tokens ?? 0)),
    total_tokens: sum(rows.map((row) => row.total_tokens ?? 0)),
    unpriced_calls: rows.filter((row) => row.total_tokens !== null && row.cost_usd === null).length,
  })
  expect(usage.cost_usd?.toFixed(12) ?? null).toBe(costOf(rows))
}

function tokensOf(row: CallRow) {
  const { prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens } = row
  return { prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens }
}

/** What rows cost together in USD, exactly, with twelve places; null where none has a price. */
export function costOf(rows: CallRow[]): string | null {
  const priced = rows.flatMap(({ cost_usd: cost }) => (cost === null ? [] : [cost]))
  if (priced.length === 0) return null
  // In units of the twelfth place, because adding fractions would round.
  const total = priced.reduce((units, cost) => units + BigInt(cost.replace('.', '')), 0n)
  const digits = String(total).padStart(13, '0')
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
