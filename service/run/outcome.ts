import { AppError } from '../errors.ts'
import type { RunMetadata, StopReason, TerminalEvent } from '../wire.ts'

/** How a run ended, as its record and its terminal event tell it. */
export interface Outcome {
  run_id: string
  session_id: string
  message: string
  failure: AppError | null
  stop_reason: StopReason | null
  metadata: RunMetadata
}

/** The one event that ends a run's log. */
export function terminalEvent(outcome: Outcome): TerminalEvent {
  const { run_id, session_id, message, failure, stop_reason, metadata } = outcome
  if (failure) {
    const { code, message: reason, retryable } = failure
    return { type: 'error', data: { code, message: reason, retryable, run_id, metadata } }
  }
  return {
    type: 'complete',
    data: {
      message,
      session_id,
      run_id,
      trace_id: run_id,
      status: stop_reason ? 'stopped' : 'ok',
      ...(stop_reason ? { stop_reason } : {}),
      metadata,
    },
  }
}

/** What a reader is told when a run is stopped. */
export const STOPPING: Record<StopReason, string> = {
  user: 'Stopping...',
  limit: 'Stopping: the limit of this run is reached.',
  budget: 'Stopping: the budget is used up.',
  shutdown: 'Stopping: the service is being restarted.',
}

/** Only errors made for people are shown to them. */
export function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError(
    'internal',
    500,
    'Something went wrong inside the service. Try again; the log of the service has the details.',
    {
      retryable: true,
      cause: error,
    },
  )
}
