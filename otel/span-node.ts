import type { Attributes } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { failureOf } from './in-span.ts'
import { isBilled, isoTime, llmCallOf, milliseconds } from './llm-call.ts'
import { App, Common, GenAi } from './names.ts'
import type { FlatNode, NodeKind } from './trace-node.ts'

const KIND_OF_OPERATION: Record<string, NodeKind> = {
  invoke_workflow: 'run',
  invoke_agent: 'agent',
  plan: 'agent',
  execute_tool: 'tool',
  retrieval: 'retrieval',
}

/** What a span is in the tree; null hides it (spans of pg, http and other libraries). */
export function kindOf(attributes: Attributes): NodeKind | null {
  if (isBilled(attributes)) return 'llm'
  const own: unknown = attributes[App.kind]
  if (typeof own === 'string') return own as NodeKind
  const operation = attributes[GenAi.operation]
  return typeof operation === 'string' ? (KIND_OF_OPERATION[operation] ?? 'step') : null
}

/**
 * The node of a span as it stands.
 * @param parentId the nearest visible ancestor, which need not be the span's own parent
 * @param label what the step was started with, where the span itself does not carry it
 */
export function nodeOf(
  span: ReadableSpan,
  kind: NodeKind,
  parentId: string | null,
  label?: string,
): FlatNode {
  const a = span.attributes
  const node: FlatNode = {
    id: span.spanContext().spanId,
    parent_id: parentId,
    name: span.name,
    kind,
    label: label ?? labelOf(a) ?? span.name,
    status: statusOf(span),
    started_at: isoTime(span.startTime),
    duration_ms: span.ended ? milliseconds(span.duration) : null,
  }
  if (span.ended && span.status.code === SpanStatusCode.ERROR && a[App.stopped] !== true) {
    node.error = {
      code: String(a[Common.errorType] ?? 'error'),
      message: failureOf(span) ?? span.status.message ?? 'The step failed.',
    }
  }
  if (kind === 'llm') {
    const call = llmCallOf(span, '')
    node.model = call.model
    node.provider = call.provider
    node.attempt = call.attempt
    if (span.ended) {
      node.usage = call.usage
      if (call.usage_source) node.usage_source = call.usage_source
      if (call.cost_usd !== null) node.cost_usd = Number(call.cost_usd)
    }
  }
  return node
}

function labelOf(attributes: Attributes): string | undefined {
  const label: unknown = attributes[App.label]
  return typeof label === 'string' ? label : undefined
}

function statusOf(span: ReadableSpan): FlatNode['status'] {
  if (!span.ended) return 'running'
  if (span.attributes[App.stopped] === true) return 'stopped'
  return span.status.code === SpanStatusCode.ERROR ? 'error' : 'ok'
}
