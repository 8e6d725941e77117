import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { App, BILLED_OPERATIONS, GenAi } from './names.ts'

/** Spans as OTLP JSON (ExportTraceServiceRequest), as a collector takes it and Jaeger's upload reads it. UTF-8. */
export async function otlpJson(spans: ReadableSpan[]): Promise<Uint8Array> {
  // Host and process are looked up while the first spans already run.
  await spans[0]?.resource.waitForAsyncAttributes?.()
  return JsonTraceSerializer.serializeRequest(spans) ?? new TextEncoder().encode('{"resourceSpans":[]}')
}

/** What a trace says of one billed call; null = the trace does not say. */
export interface TracedCall {
  trace_id: string
  span_id: string
  model: string
  status: 'ok' | 'error' | 'cancelled'
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cost_usd: number | null
}

interface OtlpValue {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
  boolValue?: boolean
}
interface OtlpSpan {
  traceId: string
  spanId: string
  status?: { code?: number | string }
  attributes?: { key: string; value: OtlpValue }[]
}
interface OtlpTrace {
  resourceSpans?: { scopeSpans?: { spans?: OtlpSpan[] }[] }[]
}

/**
 * The billed calls of a trace in OTLP JSON: an exporter's request, a file of it, or Jaeger's v3 answer.
 * @throws SyntaxError-like TypeError where the input is no OTLP trace
 */
export function callsOfTrace(otlp: unknown): TracedCall[] {
  const body = (otlp as { result?: OtlpTrace }).result ?? (otlp as OtlpTrace)
  if (!Array.isArray(body.resourceSpans)) throw new TypeError('not an OTLP trace: resourceSpans is missing')
  const spans = body.resourceSpans
    .flatMap((resource) => resource.scopeSpans ?? [])
    .flatMap((scope) => scope.spans ?? [])
  return spans.flatMap((span) => {
    const attributes = new Map(span.attributes?.map(({ key, value }) => [key, plain(value)]))
    if (!BILLED_OPERATIONS.has(attributes.get(GenAi.operation))) return []
    const prompt = number(attributes.get(GenAi.inputTokens))
    const completion = number(attributes.get(GenAi.outputTokens))
    const failed = span.status?.code === 2 || span.status?.code === 'STATUS_CODE_ERROR'
    return [
      {
        trace_id: span.traceId,
        span_id: span.spanId,
        model: String(attributes.get(GenAi.requestModel) ?? 'unknown'),
        status: attributes.get(App.stopped) === true ? 'cancelled' : failed ? 'error' : 'ok',
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens:
          number(attributes.get(App.totalTokens)) ??
          (prompt === null && completion === null ? null : (prompt ?? 0) + (completion ?? 0)),
        cost_usd: number(attributes.get(GenAi.cost)),
      },
    ]
  })
}

function plain(value: OtlpValue): string | number | boolean | undefined {
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.doubleValue ?? value.boolValue
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
