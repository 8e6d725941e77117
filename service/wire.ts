/**
 * Everything that crosses HTTP, defined once: the service sends it, the web app reads it.
 * Types only; nothing here exists at run time.
 */
import type { FlatNode, TokenUsage, TraceNode, UsageSource } from '../otel/trace-node.ts'

export type {
  FlatNode,
  NodeKind,
  NodeStatus,
  TokenUsage,
  TraceNode,
  UsageSource,
} from '../otel/trace-node.ts'

// ── Chat: request ────────────────────────────────────────────────────────────

export type TreeMode = 'snapshot' | 'delta'

/** Body of POST /api/v1/chat/stream and POST /api/v1/chat/. */
export interface ChatRequest {
  message: string
  session_id?: string
  company_id?: string
  tree?: TreeMode
}

// ── Chat: frames ─────────────────────────────────────────────────────────────

export type StatusCode =
  | 'starting'
  | 'context_ready'
  | 'planning'
  | 'retrieving'
  | 'calling_model'
  | 'running_tool'
  | 'retrying'
  | 'writing'
  | 'stopping'

/** Usage of a whole run: sums over its llm nodes. cost_usd sums the priced calls, null if there was none. */
export interface RunUsage {
  llm_calls: number
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  cost_usd: number | null
  /** Calls with tokens and no price. */
  unpriced_calls: number
}

export interface VisualizationSeries {
  name: string
  /** One value per entry of `x`; null leaves a gap. */
  values: (number | null)[]
}

/** A chart made of a tool's rows, never of model text. */
export interface Visualization {
  id: string
  type: 'bar' | 'line' | 'stacked_bar' | 'table'
  title: string
  /** Category labels, one per value of each series. */
  x: string[]
  series: VisualizationSeries[]
  /** For type "table". */
  columns?: string[]
  rows?: (string | number | null)[][]
  unit?: string
  /** The tool node whose rows these are. */
  source_node_id: string
}

/** A review that the answer names as [review:ID]; `retrieved` false flags an id no tool returned. */
export interface Citation {
  review_id: string
  retrieved: boolean
}

export type StopReason = 'user' | 'limit' | 'budget' | 'shutdown'

export interface RunMetadata {
  execution_tree: TraceNode | null
  visualizations: Visualization[]
  citations: Citation[]
  usage: RunUsage
  duration_ms: number
  /** Only where the trace is sampled and exported, and JAEGER_UI_URL is set. */
  trace_url?: string
  error?: { code: string; message: string; retryable: boolean }
  stop_reason?: StopReason
}

export interface CompleteData {
  message: string
  session_id: string
  run_id: string
  trace_id: string
  status: 'ok' | 'stopped'
  stop_reason?: StopReason
  metadata: RunMetadata
}

export interface ErrorData {
  code: string
  message: string
  retryable: boolean
  run_id: string
  metadata: RunMetadata
}

/** What one SSE frame carries in `data:`. Tree frames hold the nested root (snapshot) or changed nodes (delta). */
export type RunEvent =
  | { type: 'status'; data: { status: StatusCode; message: string } }
  | { type: 'tree_update'; data: TraceNode | { nodes: FlatNode[] } }
  | { type: 'content'; data: { content: string } }
  | { type: 'complete'; data: CompleteData }
  | { type: 'error'; data: ErrorData }

/** Every run ends with exactly one of these. */
export type TerminalEvent = Extract<RunEvent, { type: 'complete' | 'error' }>

// ── Runs, sessions, reviews ──────────────────────────────────────────────────

export type RunStatus = 'running' | 'ok' | 'stopped' | 'error' | 'interrupted'

/** GET /api/v1/chat/runs/:run_id */
export interface RunInfo {
  run_id: string
  session_id: string
  status: RunStatus
  last_seq: number
  message: string
  error?: { code: string; message: string; retryable: boolean }
  metadata: RunMetadata | null
}

/** POST /api/v1/chat/runs/:run_id/stop */
export interface StopInfo {
  run_id: string
  status: 'stopping' | RunStatus
}

/** GET /api/v1/sessions → {sessions: Session[]}, newest first. */
export interface Session {
  session_id: string
  title: string
  company_id: string | null
  created_at: string
  updated_at: string
  message_count: number
  /** A run that is still going, if any. */
  running_run_id: string | null
}

/** GET /api/v1/sessions/:id/messages → {session: Session, messages: Message[]}, oldest first. */
export interface Message {
  id: string
  role: 'user' | 'assistant'
  content: string
  run_id: string | null
  /** User messages are 'ok'. */
  status: RunStatus
  created_at: string
  /** null on user messages and while a run is going. */
  metadata: RunMetadata | null
}

/** GET /api/v1/companies → {companies: Company[]} */
export interface Company {
  company_id: string
  name: string
  /** Reviews written for the project, not by customers. */
  synthetic: boolean
  review_count: number
}

/** GET /api/v1/reviews/:id */
export interface Review {
  review_id: string
  company_id: string
  product: string | null
  title: string | null
  text: string
  rating: number | null
  rating_scale: { min: number; max: number } | null
  /** ISO date; null = unknown. */
  reviewed_at: string | null
  author: string | null
  /** Every other column of the import, by header. */
  attributes: Record<string, string | number | boolean | null>
}

/** GET /api/v1/me */
export interface Me {
  user_id: string
  auth_mode: 'none' | 'proxy' | 'jwt'
  default_company_id: string | null
  /** Which model serves: the demo model needs a banner. */
  provider: { name: string; demo: boolean; base_url: string; models: Record<string, string> }
  /** Where a trace can be looked at, if anywhere. */
  jaeger_ui_url: string | null
}

// ── Bill ─────────────────────────────────────────────────────────────────────

export type CallStatus = 'started' | 'ok' | 'error' | 'cancelled' | 'interrupted'
export type CallType = 'CHAT' | 'TOOL_USE' | 'EMBEDDING'

/** One row of llm_calls. GET /api/v1/llm-calls?run_id=&session_id=&limit=&after= → {calls: LlmCall[], next: string | null} */
export interface LlmCall extends TokenUsage {
  trace_id: string
  span_id: string
  created_at: string
  parent_span_id: string | null
  step_path: string
  duration_ms: number | null
  time_to_first_token_ms: number | null
  provider: string
  model: string
  response_model: string | null
  call_type: CallType
  agent: string | null
  prompt: string | null
  response: string | null
  usage_source: UsageSource | null
  /** Decimal string, so that twelve places survive JSON; null = unpriced. */
  cost_usd: string | null
  price_source: string | null
  status: CallStatus
  error_type: string | null
  finish_reason: string | null
  operation_id: string
  attempt: number
  user_id: string
  session_id: string
  company_id: string | null
  metadata: Record<string, unknown>
}

/** GET /api/v1/llm-calls/:trace_id/:span_id: the row with the full texts, for the inspector. */
export interface LlmCallDetail extends LlmCall {
  /** Messages as sent, OpenAI chat form; null once retention removed them. */
  request: unknown
  /** The assistant message as received. */
  response_message: unknown
}

/** One compared call of a receipt. */
export interface ReceiptLine {
  span_id: string
  model: string
  tree: ReceiptFigures | null
  row: ReceiptFigures | null
  trace: ReceiptFigures | null
  /** Names of fields that differ, e.g. "prompt_tokens"; empty = agrees. */
  differences: string[]
}
export interface ReceiptFigures {
  status: string
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cost_usd: number | null
}
/** GET /api/v1/chat/runs/:run_id/receipt: stored tree, rows and trace compared call by call, just now. */
export interface Receipt {
  run_id: string
  verdict: 'agree' | 'different'
  /** `not_exported`: there is no trace to compare with, which is not a difference. */
  trace: 'agree' | 'different' | 'not_exported'
  usage: RunUsage
  /** Every price of the run is the demo model's. */
  simulated: boolean
  lines: ReceiptLine[]
  compared_at: string
}

// ── Analytics: GET /api/v1/analytics/<name> → {rows: [...]}; ?demo=true counts the demo model's calls too ──

export interface ModelUse {
  model: string
  provider: string
  calls: number
  failed_calls: number
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  avg_total_tokens: number | null
  cost_usd: string | null
  unpriced_calls: number
}
export interface SessionCost {
  session_id: string
  user_id: string
  queries: number
  calls: number
  total_tokens: number
  cost_usd: string | null
  unpriced_calls: number
  last_call_at: string
}
export interface UserCost {
  user_id: string
  sessions: number
  queries: number
  calls: number
  total_tokens: number
  cost_usd: string | null
  unpriced_calls: number
}
export interface QueryCost {
  run_id: string
  session_id: string
  user_id: string
  question: string | null
  status: RunStatus | null
  calls: number
  total_tokens: number
  cost_usd: string | null
  unpriced_calls: number
  duration_ms: number | null
  created_at: string
}

// ── Errors ───────────────────────────────────────────────────────────────────

/** Every error answer, whatever the route. */
export interface ErrorBody {
  error: { code: string; message: string; details?: Record<string, unknown> }
}
