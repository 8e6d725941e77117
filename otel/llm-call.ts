import type { Attributes, HrTime } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { App, BILLED_OPERATIONS, Common, GenAi } from './names.ts'
import type { TokenUsage, UsageSource } from './trace-node.ts'

/** One billed call as its span tells it: what a row of the ledger is made of, apart from the texts. */
export interface LlmCall {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  /** Start of the span, ISO 8601 UTC with milliseconds; part of the key. */
  created_at: string
  /** Span names from the root down. */
  step_path: string
  duration_ms: number | null
  time_to_first_token_ms: number | null
  provider: string
  model: string
  response_model: string | null
  call_type: 'CHAT' | 'TOOL_USE' | 'EMBEDDING'
  agent: string | null
  usage: TokenUsage
  usage_source: UsageSource | null
  /** Decimal string with twelve places, rounded once where the price was worked out. */
  cost_usd: string | null
  price_source: string | null
  status: 'started' | 'ok' | 'error' | 'cancelled' | 'interrupted'
  error_type: string | null
  finish_reason: string | null
  operation_id: string
  attempt: number
  user_id: string
  session_id: string
  company_id: string | null
  metadata: Record<string, unknown>
}

export function isBilled(attributes: Attributes): boolean {
  return BILLED_OPERATIONS.has(attributes[GenAi.operation])
}

/** The call as it stands: `started` while the span is open, its outcome once it has ended. */
export function llmCallOf(span: ReadableSpan, stepPath: string): LlmCall {
  const a = span.attributes
  const { traceId, spanId } = span.spanContext()
  const prompt = number(a[GenAi.inputTokens])
  const completion = number(a[GenAi.outputTokens])
  const timeToFirst = number(a[GenAi.timeToFirstChunk])
  const cost = number(a[GenAi.cost])
  const finish = a[GenAi.finishReasons]
  return {
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: span.parentSpanContext?.spanId ?? null,
    created_at: isoTime(span.startTime),
    step_path: stepPath,
    duration_ms: span.ended ? milliseconds(span.duration) : null,
    time_to_first_token_ms: timeToFirst === null ? null : Math.round(timeToFirst * 1000),
    provider: text(a[GenAi.provider]) ?? 'unknown',
    model: text(a[GenAi.requestModel]) ?? 'unknown',
    response_model: text(a[GenAi.responseModel]),
    call_type:
      a[GenAi.operation] === 'embeddings'
        ? 'EMBEDDING'
        : a[App.callType] === 'TOOL_USE'
          ? 'TOOL_USE'
          : 'CHAT',
    agent: text(a[GenAi.agent]),
    usage: usageOf(a, prompt, completion),
    usage_source: text(a[App.usageSource]) as UsageSource | null,
    cost_usd: cost === null ? null : cost.toFixed(12),
    price_source: text(a[App.priceSource]),
    status: statusOf(span),
    error_type: text(a[Common.errorType]),
    finish_reason: Array.isArray(finish) ? text(finish[0]) : null,
    operation_id: text(a[App.operationId]) ?? spanId,
    attempt: number(a[App.attempt]) ?? 1,
    user_id: text(a[Common.user]) ?? '',
    session_id: text(a[Common.session]) ?? '',
    company_id: text(a[App.company]),
    metadata: withoutNulls({
      agent: text(a[GenAi.agent]),
      model: text(a[GenAi.requestModel]),
      role: text(a[App.role]),
      response_id: text(a[GenAi.responseId]),
      http_status: number(a[Common.httpStatus]),
      estimated_prompt_tokens: number(a[App.estimatedPromptTokens]),
    }),
  }
}

function usageOf(a: Attributes, prompt: number | null, completion: number | null): TokenUsage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens:
      number(a[App.totalTokens]) ??
      (prompt === null && completion === null ? null : (prompt ?? 0) + (completion ?? 0)),
    cached_tokens: number(a[GenAi.cachedTokens]),
    reasoning_tokens: number(a[GenAi.reasoningTokens]),
  }
}

function statusOf(span: ReadableSpan): LlmCall['status'] {
  if (!span.ended) return 'started'
  if (span.attributes[App.stopped] === true) return 'cancelled'
  return span.status.code === SpanStatusCode.ERROR ? 'error' : 'ok'
}

/** ISO 8601 UTC with milliseconds of a span's [seconds, nanoseconds]. */
export function isoTime([seconds, nanos]: HrTime): string {
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString()
}

/** Whole milliseconds of a span's [seconds, nanoseconds]. */
export function milliseconds([seconds, nanos]: HrTime): number {
  return Math.round(seconds * 1000 + nanos / 1e6)
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function withoutNulls(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
}
