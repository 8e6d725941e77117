/**
 * What a reader knows of one run, and how each event changes it. Pure: no DOM, no network, no clock.
 */
import type {
  CompleteData,
  FlatNode,
  Message,
  RunEvent,
  RunInfo,
  RunMetadata,
  RunStatus,
  StatusCode,
  TraceNode,
} from '../service/wire.ts'

/** Why a run has no answer. `run_id` is null where the service never took the question. */
export interface RunFailure {
  code: string
  message: string
  retryable: boolean
  run_id: string | null
  metadata: RunMetadata | null
}

export interface RunState {
  runId: string | null
  sessionId: string | null
  /** `idle` before anything was asked, `connecting` until the service has taken the question. */
  phase: 'idle' | 'connecting' | 'running' | 'ok' | 'stopped' | 'error' | 'interrupted'
  /** Id of the last event applied; 0 = none. */
  seq: number
  status: { status: StatusCode; message: string } | null
  content: string
  /** By id, in order of first appearance, which is the order on screen: rows never move. */
  nodes: ReadonlyMap<string, FlatNode>
  tree: TraceNode | null
  metadata: RunMetadata | null
  failure: RunFailure | null
}

export const idleRun: RunState = {
  runId: null,
  sessionId: null,
  phase: 'idle',
  seq: 0,
  status: null,
  content: '',
  nodes: new Map(),
  tree: null,
  metadata: null,
  failure: null,
}

/** Whether the run can still change. */
export function isLive(state: RunState): boolean {
  return state.phase === 'connecting' || state.phase === 'running'
}

/**
 * The state after one event. An event that was seen before (`seq` not above the last) and anything after the
 * terminal event change nothing: the same state object comes back.
 */
export function apply(state: RunState, seq: number, event: RunEvent): RunState {
  if (seq <= state.seq || isOver(state)) return state
  const next: RunState = { ...state, seq, phase: 'running' }
  switch (event.type) {
    case 'status':
      return { ...next, status: event.data }
    case 'content':
      return { ...next, content: next.content + event.data.content }
    case 'tree_update':
      return withNodes(next, 'nodes' in event.data ? event.data.nodes : flatten(event.data))
    case 'complete':
      return complete(next, event.data)
    case 'error':
      return fail(next, event.data)
  }
}

function isOver(state: RunState): boolean {
  return state.phase !== 'idle' && !isLive(state)
}

function complete(state: RunState, data: CompleteData): RunState {
  return {
    ...withFinalTree(state, data.metadata),
    runId: data.run_id,
    sessionId: data.session_id,
    phase: data.status,
    content: data.message,
    metadata: data.metadata,
    status: null,
  }
}

/** The state after a failure; what was written and seen so far stays. */
export function fail(state: RunState, failure: RunFailure): RunState {
  return {
    ...withFinalTree(state, failure.metadata),
    runId: failure.run_id ?? state.runId,
    phase: failure.code === 'interrupted' ? 'interrupted' : 'error',
    metadata: failure.metadata,
    failure,
    status: null,
  }
}

function withFinalTree(state: RunState, metadata: RunMetadata | null): RunState {
  return metadata?.execution_tree ? withNodes(state, flatten(metadata.execution_tree)) : state
}

/** The state of an ended run as the service stored it; used where its events are gone. */
export function fromRunInfo(state: RunState, info: RunInfo): RunState {
  return stored(
    { ...state, seq: Math.max(state.seq, info.last_seq) },
    info.run_id,
    info.session_id,
    info.status,
    info.message,
    info.metadata,
    info.error,
  )
}

/** The state of the run behind a stored assistant message. */
export function fromMessage(message: Message, sessionId: string): RunState {
  const error = message.metadata?.error
  return stored(idleRun, message.run_id, sessionId, message.status, message.content, message.metadata, error)
}

function stored(
  state: RunState,
  runId: string | null,
  sessionId: string,
  status: RunStatus,
  content: string,
  metadata: RunMetadata | null,
  error?: { code: string; message: string; retryable: boolean },
): RunState {
  const known = withFinalTree({ ...state, runId, sessionId, content, metadata }, metadata)
  if (status === 'ok' || status === 'stopped' || status === 'running') return { ...known, phase: status }
  const reason = error ?? {
    code: status === 'interrupted' ? 'interrupted' : 'internal',
    message:
      status === 'interrupted'
        ? 'The service was restarted while this answer was being written. Ask again to get a full one.'
        : 'This run failed. Ask again.',
    retryable: true,
  }
  return fail(known, { ...reason, run_id: runId, metadata })
}

function withNodes(state: RunState, changed: FlatNode[]): RunState {
  const nodes = new Map(state.nodes)
  for (const node of changed) nodes.set(node.id, node)
  return { ...state, nodes, tree: nest(nodes.values()) }
}

/** Nodes without children, parents first. */
function flatten(root: TraceNode): FlatNode[] {
  const flat: FlatNode[] = []
  const visit = ({ children, ...node }: TraceNode) => {
    flat.push(node)
    children.forEach(visit)
  }
  visit(root)
  return flat
}

/** The nested tree of nodes in the order given. A node whose parent is not known (yet) hangs on the root. */
export function nest(nodes: Iterable<FlatNode>): TraceNode | null {
  const byId = new Map<string, TraceNode>()
  for (const node of nodes) byId.set(node.id, { ...node, children: [] })
  let root: TraceNode | null = null
  for (const node of byId.values()) if (node.parent_id === null) root ??= node
  if (!root) return null
  for (const node of byId.values()) {
    if (node === root) continue
    const parent = node.parent_id === null ? undefined : byId.get(node.parent_id)
    ;(parent ?? root).children.push(node)
  }
  return root
}
