import type { TracedCall } from '../../otel/otlp.ts'
import { flatten } from '../run/tree.ts'
import type { FlatNode, LlmCall, Receipt, ReceiptFigures, ReceiptLine, RunUsage, TraceNode } from '../wire.ts'

/** The three accounts of one run. */
export interface Accounts {
  /** As stored with the answer; null where there is none. */
  tree: TraceNode | null
  rows: LlmCall[]
  /** Its billed calls; null = the run was not exported. */
  trace: TracedCall[] | null
}

/** A receipt without the name of its run and the time of day. */
export type Comparison = Omit<Receipt, 'run_id' | 'compared_at'>

/** What one account says of a call. */
interface Entry {
  model: string
  figures: ReceiptFigures
}

const FIGURES = ['status', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'cost_usd'] as const

/**
 * Compares the accounts of a run call by call. They speak of one call where the span id is the same; status is given
 * in the words of llm_calls. A call that one account has and another lacks differs in `status`.
 */
export function compareCalls({ tree, rows, trace }: Accounts): Comparison {
  const inTree = new Map(
    (tree ? flatten(tree) : []).filter((node) => node.kind === 'llm').map((node) => [node.id, ofNode(node)]),
  )
  const inRows = new Map(rows.map((row) => [row.span_id, ofRow(row)]))
  const inTrace = new Map(trace?.map((call) => [call.span_id, ofSpan(call)]))
  // A process that died took the spans that it had not sent yet with it.
  const traceMayLack = trace === null || tree?.error?.code === 'interrupted'
  let traceDiffers = false

  const ids = new Set([...inTree.keys(), ...inRows.keys(), ...inTrace.keys()])
  const lines = [...ids].map((id): ReceiptLine => {
    const [node, row, span] = [inTree.get(id), inRows.get(id), inTrace.get(id)]
    const known = (row ?? node ?? span)!
    const differences = new Set(differing(node, row))
    if (span || !traceMayLack) {
      const fromTrace = differing(row ?? node, span)
      traceDiffers ||= fromTrace.length > 0
      for (const field of fromTrace) differences.add(field)
    }
    return {
      span_id: id,
      model: known.model,
      tree: node?.figures ?? null,
      row: row?.figures ?? null,
      trace: span?.figures ?? null,
      differences: [...differences],
    }
  })
  const priced = rows.filter((row) => row.cost_usd !== null)
  return {
    verdict: lines.some((line) => line.differences.length > 0) ? 'different' : 'agree',
    trace: trace === null ? 'not_exported' : traceDiffers ? 'different' : 'agree',
    usage: usageOfRows(rows),
    simulated: priced.length > 0 && priced.every((row) => row.price_source === 'simulated'),
    lines,
  }
}

function ofNode(node: FlatNode): Entry {
  return {
    model: node.model ?? 'unknown',
    figures: {
      status: statusOfNode(node),
      prompt_tokens: node.usage?.prompt_tokens ?? null,
      completion_tokens: node.usage?.completion_tokens ?? null,
      total_tokens: node.usage?.total_tokens ?? null,
      cost_usd: node.cost_usd ?? null,
    },
  }
}

function statusOfNode({ status, error }: FlatNode): LlmCall['status'] {
  switch (status) {
    case 'running':
    case 'retrying':
      return 'started'
    case 'stopped':
      return 'cancelled'
    case 'error':
      return error?.code === 'interrupted' ? 'interrupted' : 'error'
    case 'ok':
      return 'ok'
  }
}

function ofRow({ model, status, prompt_tokens, completion_tokens, total_tokens, ...row }: LlmCall): Entry {
  const cost_usd = row.cost_usd === null ? null : Number(row.cost_usd)
  return { model, figures: { status, prompt_tokens, completion_tokens, total_tokens, cost_usd } }
}

function ofSpan({
  model,
  status,
  prompt_tokens,
  completion_tokens,
  total_tokens,
  cost_usd,
}: TracedCall): Entry {
  return { model, figures: { status, prompt_tokens, completion_tokens, total_tokens, cost_usd } }
}

function differing(one: Entry | undefined, other: Entry | undefined): string[] {
  if (!one || !other) return one === other ? [] : ['status']
  const fields: string[] = FIGURES.filter((field) => {
    return comparable(one.figures[field]) !== comparable(other.figures[field])
  })
  return one.model === other.model ? fields : ['model', ...fields]
}

/** Numbers to twelve places, which is what a row keeps of a cost. */
function comparable(value: string | number | null): string | null {
  return typeof value === 'number' ? value.toFixed(12) : value
}

/** What the rows add up to; as usageOf does for a tree. */
function usageOfRows(rows: LlmCall[]): RunUsage {
  const sum = (count: (row: LlmCall) => number | null) =>
    rows.reduce((total, row) => total + (count(row) ?? 0), 0)
  const priced = rows.filter((row) => row.cost_usd !== null)
  return {
    llm_calls: rows.length,
    prompt_tokens: sum((row) => row.prompt_tokens),
    completion_tokens: sum((row) => row.completion_tokens),
    total_tokens: sum((row) => row.total_tokens),
    cost_usd: priced.length === 0 ? null : Number(sum((row) => Number(row.cost_usd)).toFixed(12)),
    unpriced_calls: rows.filter((row) => row.total_tokens !== null && row.cost_usd === null).length,
  }
}
