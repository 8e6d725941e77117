import type { CompleteData, FlatNode, RunEvent, RunMetadata, TraceNode } from '../../service/wire.ts'
import { nest } from '../../ui/run-state.ts'

export const runId = 'a'.repeat(32)

export function node(id: string, parent: string | null, change: Partial<FlatNode> = {}): FlatNode {
  return {
    id,
    parent_id: parent,
    name: id,
    kind: parent === null ? 'run' : 'step',
    label: `Step ${id}`,
    status: 'running',
    started_at: '2026-01-01T00:00:00.000Z',
    duration_ms: null,
    ...change,
  }
}

const done = { status: 'ok', duration_ms: 12 } as const

const finalTree = nest([
  node('root', null, done),
  node('plan', 'root', done),
  node('call', 'plan', { ...done, kind: 'llm' }),
  node('write', 'root', done),
]) as TraceNode

export const metadata: RunMetadata = {
  execution_tree: finalTree,
  visualizations: [],
  citations: [],
  usage: {
    llm_calls: 1,
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    cost_usd: 0.001,
    unpriced_calls: 0,
  },
  duration_ms: 12,
}

export const completion: CompleteData = {
  message: 'Seats are **narrow** — «schmal».',
  session_id: 's1',
  run_id: runId,
  trace_id: runId,
  status: 'ok',
  metadata,
}

const tree = (...nodes: FlatNode[]): RunEvent => ({ type: 'tree_update', data: { nodes } })
const content = (text: string): RunEvent => ({ type: 'content', data: { content: text } })

/** A whole run, event 1 first. */
export const playedRun: RunEvent[] = [
  tree(node('root', null)),
  { type: 'status', data: { status: 'starting', message: 'Initializing...' } },
  tree(node('plan', 'root'), node('call', 'plan', { kind: 'llm' })),
  tree(node('call', 'plan', { ...done, kind: 'llm' }), node('plan', 'root', done), node('write', 'root')),
  { type: 'status', data: { status: 'writing', message: 'Writing the answer' } },
  content('Seats are **nar'),
  content('row** — '),
  content('«schmal».'),
  tree(node('write', 'root', done), node('root', null, done)),
  { type: 'complete', data: completion },
]
