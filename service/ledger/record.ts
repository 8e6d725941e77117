import type { LlmCall } from '../../otel/llm-call.ts'
import type { RunMetadata, RunStatus } from '../wire.ts'

/** trace_id, span_id, created_at: the key of llm_calls. */
export type CallKey = Pick<LlmCall, 'trace_id' | 'span_id' | 'created_at'>

/** One line of the spool. */
export type LedgerRecord =
  /** The call as its span tells it: first as an intent (status started), then its outcome. */
  | { type: 'call'; call: LlmCall }
  /** What was asked, in full and as the row's preview. */
  | { type: 'request'; key: CallKey; preview: string; request: unknown }
  /** What came back, likewise. */
  | { type: 'response'; key: CallKey; preview: string; message: unknown }
  | { type: 'run'; run: EndedRun }

/** The end of a run, as it is stored with the assistant's message. */
export interface EndedRun {
  run_id: string
  status: Exclude<RunStatus, 'running'>
  message: string
  last_seq: number
  metadata: RunMetadata
  /** Gzipped OTLP JSON of the run's spans, base64. */
  trace: string
}

/** Everything known of one call; what is missing is left as it is in the row. */
export interface CallRow {
  key: CallKey
  call?: LlmCall
  prompt?: string
  request?: unknown
  response?: string
  response_message?: unknown
}

export interface LedgerBatch {
  calls: CallRow[]
  runs: EndedRun[]
}

/** Folds records into one entry a call, in order of first appearance; an outcome beats its intent. */
export function foldRecords(records: LedgerRecord[]): LedgerBatch {
  const calls = new Map<string, CallRow>()
  const runs: EndedRun[] = []
  const rowOf = (key: CallKey): CallRow => {
    const id = `${key.trace_id}/${key.span_id}/${key.created_at}`
    let row = calls.get(id)
    if (!row)
      calls.set(
        id,
        (row = { key: { trace_id: key.trace_id, span_id: key.span_id, created_at: key.created_at } }),
      )
    return row
  }
  for (const record of records) {
    switch (record.type) {
      case 'call': {
        const row = rowOf(record.call)
        if (!row.call || row.call.status === 'started') row.call = record.call
        break
      }
      case 'request':
        Object.assign(rowOf(record.key), { prompt: record.preview, request: record.request })
        break
      case 'response':
        Object.assign(rowOf(record.key), { response: record.preview, response_message: record.message })
        break
      case 'run':
        runs.push(record.run)
        break
    }
  }
  return { calls: [...calls.values()], runs }
}
