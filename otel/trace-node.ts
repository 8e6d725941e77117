/**
 * One span as a reader sees it: the node of the live execution tree.
 * Types only, so that a browser may import them.
 */

export type NodeKind = 'run' | 'agent' | 'step' | 'llm' | 'tool' | 'retrieval'
export type NodeStatus = 'running' | 'retrying' | 'ok' | 'error' | 'stopped'
export type UsageSource = 'provider' | 'estimated'

/** Tokens of one call. Cached tokens are a subset of prompt, reasoning tokens of completion. null = nobody knows. */
export interface TokenUsage {
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cached_tokens: number | null
  reasoning_tokens: number | null
}

/** A node without its children, as a delta frame carries it. Node id = span id. */
export interface FlatNode {
  id: string
  parent_id: string | null
  name: string
  kind: NodeKind
  /** What a person reads: "Query planning · gpt-5-nano". */
  label: string
  status: NodeStatus
  /** ISO 8601, UTC. */
  started_at: string
  /** null while running. */
  duration_ms: number | null
  model?: string
  provider?: string
  /** From 1. */
  attempt?: number
  /** On llm nodes only, like cost: roll-ups are sums over leaves. */
  usage?: TokenUsage
  usage_source?: UsageSource
  /** USD; absent while running or where no price is known. */
  cost_usd?: number
  error?: { code: string; message: string }
}

/** A node with its children in order of start. */
export interface TraceNode extends FlatNode {
  children: TraceNode[]
}
