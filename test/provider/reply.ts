/** What a test tells the fake provider to answer. */

/** A request as the provider understood it. */
export interface ProviderRequest {
  model: string
  messages: ProviderMessage[]
  tools: ProviderTool[]
  stream: boolean
  /** Order of arrival, from 0, over all requests of this provider. */
  index: number
  /** Told by the tools offered: `retrieve` makes a planner, any others a retriever, none an analyst. */
  agent: 'planner' | 'retriever' | 'analyst'
}
export interface ProviderMessage {
  role: string
  content?: unknown
  tool_calls?: unknown[]
  tool_call_id?: string
}
export interface ProviderTool {
  type: 'function'
  function: { name: string; description?: string; parameters?: unknown }
}

export type Script = (request: ProviderRequest) => Reply

/** A chunk is one delta of reasoning, content or tool call; the opening role chunk is not counted. */
export interface Reply {
  /** A string is sent word by word, an array as the chunks it holds. */
  content?: string | string[]
  /** Sent before the content, in OpenRouter's `delta.reasoning`. */
  reasoning?: string
  toolCalls?: ToolCall[]
  /** `many` (default): the name, then the arguments in pieces, as OpenAI does; `one`: each call in one delta. */
  toolCallChunks?: 'one' | 'many'
  /**
   * `end` (default): what the ledger counted, in the last chunk and, on streams, only if the request asked for it;
   * `cumulative`: a running total on every chunk, asked for or not; figures: just these, at the end.
   */
  usage?: 'end' | 'none' | 'cumulative' | UsageFigures
  /** Default `tool_calls` where there are any, else `stop`. */
  finishReason?: string
  firstByteDelayMs?: number
  chunkDelayMs?: number
  /** Sends `afterChunk` chunks, then waits for the promise. */
  holdUntil?: { afterChunk: number; promise: Promise<unknown> }
  /** SSE comments between the chunks, as OpenRouter sends them. */
  keepAliveComments?: boolean
  fault?: Fault
}
export interface ToolCall {
  name: string
  /** An object is written as JSON; a string is sent as it is, valid or not. */
  arguments: Record<string, unknown> | string
  id?: string
}
interface UsageFigures {
  prompt_tokens: number
  completion_tokens: number
  cached_tokens?: number
  reasoning_tokens?: number
  /** USD, as OpenRouter reports it. */
  cost?: number
}

/** What goes wrong. Without `stream`, `afterChunks` has no meaning: half of the JSON body is sent. */
type Fault =
  /** An HTTP error; `retryAfter` in seconds. */
  | { kind: 'status'; status: number; body?: unknown; retryAfter?: number }
  /** The socket is destroyed before any answer. */
  | { kind: 'refuse' }
  /** The socket is destroyed in the middle. */
  | { kind: 'cut'; afterChunks: number }
  /** The body ends properly, but too early: no finish_reason, usage or [DONE]. */
  | { kind: 'end_without_done'; afterChunks: number }
  /** Nothing more is sent and the connection stays open until the client closes it. */
  | { kind: 'stall'; afterChunks: number }
  /** A frame that is not JSON, then the end of the body. */
  | { kind: 'malformed'; afterChunks: number }
  /** 200 with a body of no bytes. For a whole answer without text use `content: ''`. */
  | { kind: 'empty' }
