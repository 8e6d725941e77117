import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import { context, createContextKey, SpanStatusCode, trace } from '@opentelemetry/api'
import { App, Common } from './names.ts'

const LABEL = createContextKey('tracechat span label')

/** The label that a step was started with, for the live tree alone. */
export function labelIn(parentContext: Context): string | undefined {
  return parentContext.getValue(LABEL) as string | undefined
}

export interface StepOptions {
  attributes: Attributes
  /**
   * What a person reads in the tree. Travels in the context and not as an attribute, because it may quote the user, and
   * exported spans carry no text unless asked to.
   */
  label: string
  /** A step that ends by this signal was stopped; it did not fail. */
  signal?: AbortSignal
}

/** Runs a step in a span of its own, under the active one, and ends the span when the step has settled. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  { attributes, label, signal }: StepOptions,
  step: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = context.active()
  const span = tracer.startSpan(name, { attributes }, parent.setValue(LABEL, label))
  try {
    return await context.with(trace.setSpan(parent, span), () => step(span))
  } catch (error) {
    if (signal?.aborted) span.setAttribute(App.stopped, true)
    else markFailed(span, error)
    throw error
  } finally {
    span.end()
  }
}

const FAILURES = new WeakMap<object, string>()

/** What a person reads of a failed step, for the live tree alone: like its label, it may quote the user or the model. */
export function failureOf(span: object): string | undefined {
  return FAILURES.get(span)
}

/** Puts an error on a span: its code as error.type, which is all that is exported of it. */
export function markFailed(span: Span, error: unknown): void {
  const { code, message } =
    error instanceof Error
      ? (error as Error & { code?: unknown })
      : { code: undefined, message: String(error) }
  span.setAttribute(Common.errorType, typeof code === 'string' ? code : 'internal')
  span.setStatus({ code: SpanStatusCode.ERROR })
  FAILURES.set(span, message)
}
