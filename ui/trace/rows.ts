import type { NodeStatus, TraceNode } from '../../service/wire.ts'

/** What a node and all below it used. Sums over llm nodes, so that nothing counts twice. */
export interface Usage {
  calls: number
  /** null where no call has reported yet. */
  tokens: number | null
  /** Some of the tokens are our own estimate. */
  estimated: boolean
  /** US dollars of the calls that have a price; null where none has. */
  cost: number | null
  /** Calls with tokens and no price. */
  unpriced: number
}

export interface TreeRow {
  node: TraceNode
  /** 0 = root. */
  depth: number
  parentId: string | null
  place: { position: number; of: number }
  expanded: boolean
  /** Something below failed, though the node itself did not. */
  failedBelow: boolean
  usage: Usage
}

/** The rows that show, top down. `collapsed` holds the ids whose children do not. */
export function treeRows(root: TraceNode, collapsed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = []
  const visit = (
    node: TraceNode,
    depth: number,
    position: number,
    of: number,
  ): { usage: Usage; failed: boolean } => {
    const row: TreeRow = {
      node,
      depth,
      parentId: node.parent_id,
      place: { position, of },
      expanded: node.children.length > 0 && !collapsed.has(node.id),
      failedBelow: false,
      usage: ownUsage(node),
    }
    rows.push(row)
    const start = rows.length
    node.children.forEach((child, at) => {
      const below = visit(child, depth + 1, at + 1, node.children.length)
      row.usage = add(row.usage, below.usage)
      row.failedBelow ||= below.failed
    })
    if (!row.expanded) rows.length = start
    return { usage: row.usage, failed: row.failedBelow || node.status === 'error' }
  }
  visit(root, 0, 1, 1)
  return rows
}

export function usageOf(node: TraceNode): Usage {
  return node.children.reduce((sum, child) => add(sum, usageOf(child)), ownUsage(node))
}

function ownUsage(node: TraceNode): Usage {
  const tokens = node.usage?.total_tokens ?? null
  const cost = node.cost_usd ?? null
  return {
    calls: node.kind === 'llm' ? 1 : 0,
    tokens,
    estimated: node.usage_source === 'estimated',
    cost,
    unpriced: tokens !== null && cost === null ? 1 : 0,
  }
}

function add(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    tokens: addKnown(a.tokens, b.tokens),
    estimated: a.estimated || b.estimated,
    cost: addKnown(a.cost, b.cost),
    unpriced: a.unpriced + b.unpriced,
  }
}

const addKnown = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : a + b)

/** Steps a reader can see: everything but the run itself. */
export function countSteps(root: TraceNode): number {
  return root.children.reduce((sum, child) => sum + 1 + countSteps(child), 0)
}

export function* nodesOf(root: TraceNode): Generator<TraceNode> {
  yield root
  for (const child of root.children) yield* nodesOf(child)
}

/** End of the time axis in ms: 5 s, then doubled until all of `elapsed` fits, so that bars seldom move. */
export function axisEnd(elapsedMs: number): number {
  let end = 5_000
  while (end < elapsedMs) end *= 2
  return end
}

/** When a node started and how long it lasts, in ms from the start of the run. */
export function span(node: TraceNode, root: TraceNode, now: number): { start: number; length: number } {
  const start = Math.max(0, Date.parse(node.started_at) - Date.parse(root.started_at))
  return { start, length: node.duration_ms ?? Math.max(0, now - Date.parse(node.started_at)) }
}

export const isOpen = (status: NodeStatus) => status === 'running' || status === 'retrying'

export const stateWords: Record<NodeStatus, string> = {
  running: 'Running',
  retrying: 'Retrying',
  ok: 'Done',
  error: 'Failed',
  stopped: 'Stopped',
}

/** The label without the model at its end, which has a place of its own. */
export function shortLabel(node: TraceNode): string {
  const suffix = ` · ${node.model}`
  return node.model && node.label.endsWith(suffix) ? node.label.slice(0, -suffix.length) : node.label
}
