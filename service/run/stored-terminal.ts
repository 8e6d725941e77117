import type { RunInfo, RunMetadata, TerminalEvent } from '../wire.ts'

const NOTHING_KNOWN: RunMetadata = {
  execution_tree: null,
  visualizations: [],
  citations: [],
  usage: {
    llm_calls: 0,
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    cost_usd: null,
    unpriced_calls: 0,
  },
  duration_ms: 0,
}

/** The terminal event of a run whose events are gone, made again from what was stored. */
export function storedTerminal(info: RunInfo): TerminalEvent {
  const metadata = info.metadata ?? NOTHING_KNOWN
  const { run_id, session_id } = info
  if (info.status === 'ok' || info.status === 'stopped') {
    return {
      type: 'complete',
      data: {
        message: info.message,
        session_id,
        run_id,
        trace_id: run_id,
        status: info.status,
        ...(metadata.stop_reason ? { stop_reason: metadata.stop_reason } : {}),
        metadata,
      },
    }
  }
  const error = metadata.error ?? {
    code: 'interrupted',
    message: 'The service was restarted while it answered. Ask again.',
    retryable: true,
  }
  return { type: 'error', data: { ...error, run_id, metadata } }
}
