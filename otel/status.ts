import type { Span } from '@opentelemetry/api'
import { STATUS_EVENT } from './names.ts'

/** Says what the step is doing now: a span event, so that the reader and Jaeger are told the same. */
export function reportStatus(span: Span, status: string, message: string): void {
  span.addEvent(STATUS_EVENT, { status, message })
}
