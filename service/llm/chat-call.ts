import type { Tracer } from '@opentelemetry/api'
import type { ChatCompletionTool } from 'openai/resources/chat/completions'
export type { ChatCompletionTool } from 'openai/resources/chat/completions'
import type { ToolCall } from './completion-stream.ts'
import type { ChatMessage } from './messages.ts'

/** The ledger, as far as a call needs it; the call itself is told by its span. */
export interface CallTexts {
  request(span: { traceId: string; spanId: string }, preview: string, request: unknown): void
  response(span: { traceId: string; spanId: string }, preview: string, message: unknown): void
  /** Resolves once what was said is on disk. */
  durable(): Promise<void>
}

export interface ChatModelOptions {
  baseUrl: string
  apiKey: string
  /** Name of the provider, by which rows and prices know it. */
  provider: string
  firstByteTimeoutMs: number
  /** Longest silence within an answer. */
  idleTimeoutMs: number
  /** Whether prompts and answers may travel in exported attributes. */
  captureContent: boolean
  tracer: Tracer
  texts: CallTexts
}

export interface ChatCall {
  agent: string
  /** What the agent is for: "Query planning". */
  role: string
  model: string
  /** Asked where the model does not answer. */
  fallbackModel?: string
  messages: ChatMessage[]
  tools?: ChatCompletionTool[]
  signal: AbortSignal
  onText?(text: string): void
}

export interface ChatReply {
  text: string
  toolCalls: ToolCall[]
  finishReason: string | null
}
