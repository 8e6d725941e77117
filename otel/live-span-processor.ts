import type { Attributes, AttributeValue, Context, TimeInput } from '@opentelemetry/api'
import { createContextKey } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { labelIn } from './in-span.ts'
import type { LlmCall } from './llm-call.ts'
import { isBilled, llmCallOf } from './llm-call.ts'
import { STATUS_EVENT } from './names.ts'
import { kindOf, nodeOf } from './span-node.ts'
import type { FlatNode } from './trace-node.ts'

/** Watches one trace. Called synchronously from inside the SDK, so it must neither block nor await. */
export interface TraceObserver {
  /** Stamped on every span of the trace: session, user, company. */
  readonly attributes: Attributes
  nodeChanged(node: FlatNode): void
  statusReported(status: string, message: string): void
  spanEnded(span: ReadableSpan): void
}

/** Is told of every billed call, of whatever trace. The same rules hold. */
export interface CallObserver {
  callStarted(call: LlmCall): void
  callEnded(call: LlmCall): void
}

const OBSERVER = createContextKey('tracechat trace observer')

/** Makes every span started under the returned context, and every descendant of it, visible to the observer. */
export function withObserver(context: Context, observer: TraceObserver): Context {
  return context.setValue(OBSERVER, observer)
}

interface OpenSpan {
  node: FlatNode | null
  label: string | undefined
  /** Nearest visible span at or above this one. */
  visibleId: string | null
  path: string
}

interface Trace {
  observer: TraceObserver | undefined
  spans: Map<string, OpenSpan>
  open: number
}

/**
 * Turns spans, as they start, report and end, into tree nodes, status messages and calls of the bill.
 * Needs every span recorded, so the sampler must be an AlwaysRecord one; exporting is another processor's business.
 */
export class LiveSpanProcessor implements SpanProcessor {
  readonly #calls: CallObserver
  readonly #onError: (error: unknown) => void
  readonly #traces = new Map<string, Trace>()

  /** @param onError told of an observer that threw: the hooks themselves never throw, or startSpan would */
  constructor(calls: CallObserver, onError: (error: unknown) => void) {
    this.#calls = calls
    this.#onError = onError
  }

  onStart(span: Span, parentContext: Context): void {
    this.#guard(() => {
      const { traceId, spanId } = span.spanContext()
      const trace = this.#traceOf(traceId, parentContext)
      if (trace.observer) span.setAttributes(trace.observer.attributes)
      const parent = trace.spans.get(span.parentSpanContext?.spanId ?? '')
      const readable = span as unknown as ReadableSpan
      const kind = kindOf(readable.attributes)
      const path = parent?.path ? `${parent.path} > ${readable.name}` : readable.name
      const label = labelIn(parentContext)
      const node = kind ? nodeOf(readable, kind, parent?.visibleId ?? null, label) : null
      trace.spans.set(spanId, {
        node,
        label,
        visibleId: node ? spanId : (parent?.visibleId ?? null),
        path: kind ? path : (parent?.path ?? ''),
      })
      trace.open++
      this.#reportEvents(span, trace)
      // Before the tree hears of it: a tree that throws must not cost a row.
      if (isBilled(readable.attributes)) this.#calls.callStarted(llmCallOf(readable, path))
      if (parent?.node?.status === 'retrying') {
        // The next attempt is under way.
        parent.node = { ...parent.node, status: 'running' }
        trace.observer?.nodeChanged(parent.node)
      }
      if (node) trace.observer?.nodeChanged(node)
    })
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, spanId } = span.spanContext()
    const trace = this.#traces.get(traceId)
    const known = trace?.spans.get(spanId)
    // Each in a guard of its own: a failing tree must not cost a row.
    if (isBilled(span.attributes))
      this.#guard(() => this.#calls.callEnded(llmCallOf(span, known?.path ?? span.name)))
    if (!trace) return
    this.#guard(() => {
      if (known?.node) {
        known.node = nodeOf(span, known.node.kind, known.node.parent_id, known.label)
        trace.observer?.nodeChanged(known.node)
      }
    })
    this.#guard(() => trace.observer?.spanEnded(span))
    // The root stays open as long as the run, so nothing open means that the trace is over. A span that starts even
    // later finds the observer in its context.
    if (--trace.open === 0) this.#traces.delete(traceId)
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}

  #traceOf(traceId: string, context: Context): Trace {
    let trace = this.#traces.get(traceId)
    if (!trace) {
      trace = { observer: context.getValue(OBSERVER) as TraceObserver | undefined, spans: new Map(), open: 0 }
      this.#traces.set(traceId, trace)
    }
    return trace
  }

  /** Events reach a processor only at the end; overriding addEvent is the way to see them live. */
  #reportEvents(span: Span, trace: Trace): void {
    const spanId = span.spanContext().spanId
    const original = span.addEvent.bind(span)
    span.addEvent = (name: string, attributes?: Attributes | TimeInput, time?: TimeInput) => {
      if (!span.isRecording()) return span
      original(name, attributes, time)
      if (name === STATUS_EVENT && isAttributes(attributes)) {
        this.#guard(() => {
          const status = asText(attributes['status'])
          const known = trace.spans.get(spanId)
          // A step that retries says so until it reports something else, or something starts below it.
          if (known?.node && (status === 'retrying') !== (known.node.status === 'retrying')) {
            known.node = { ...known.node, status: status === 'retrying' ? 'retrying' : 'running' }
            trace.observer?.nodeChanged(known.node)
          }
          trace.observer?.statusReported(status, asText(attributes['message']))
        })
      }
      return span
    }
  }

  #guard(hook: () => void): void {
    try {
      hook()
    } catch (error) {
      this.#onError(error)
    }
  }
}

function isAttributes(value: Attributes | TimeInput | undefined): value is Attributes {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

function asText(value: AttributeValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
