import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { TracedCall } from '../../otel/otlp.ts'
import { callsOfTrace } from '../../otel/otlp.ts'
import { AppError } from '../errors.ts'

const RETRY_MS = 500
const ANSWER_MS = 10_000

/**
 * The billed calls of a run as Jaeger has them (GET /api/v3/traces/{id}), once they have arrived.
 * @param url of Jaeger's UI, without a slash at the end
 * @param arrived whether these are all that there should be; until they are, it is asked again for withinMs
 * @returns what is there in the end; null where Jaeger does not know the trace
 * @throws AppError jaeger_unavailable
 */
export async function callsInJaeger(
  url: string,
  runId: string,
  { arrived, withinMs }: { arrived(calls: TracedCall[]): boolean; withinMs: number },
): Promise<TracedCall[] | null> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const calls = await askJaeger(`${url}/api/v3/traces/${runId}`)
    if ((calls && arrived(calls)) || performance.now() > deadline) return calls
    await pause(RETRY_MS)
  }
}

async function askJaeger(address: string): Promise<TracedCall[] | null> {
  const unavailable = (what: string, cause?: unknown) =>
    new AppError(
      'jaeger_unavailable',
      502,
      `Jaeger ${what} at ${address}. Check JAEGER_UI_URL, or give the trace as a file with --otlp FILE.`,
      { retryable: true, cause },
    )
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) })
    const text = await response.text()
    if (response.status === 404) return null
    if (!response.ok) throw unavailable(`answered with status ${response.status}`)
    return callsOfText(text)
  } catch (error) {
    throw error instanceof AppError ? error : unavailable('gave no trace', error)
  }
}

/**
 * The billed calls of a run in a file of OTLP JSON: one request, an array of them, or one a line as the collector's
 * file exporter writes them.
 * @returns null where the file holds none
 * @throws AppError otlp_file
 */
export async function callsInFile(path: string, runId: string): Promise<TracedCall[] | null> {
  let calls: TracedCall[]
  try {
    calls = callsOfText(await readFile(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('otlp_file', 400, `${path} cannot be read as OTLP JSON: ${reason}.`, { cause: error })
  }
  const ofRun = calls.filter((call) => call.trace_id === runId)
  return ofRun.length > 0 ? ofRun : null
}

function callsOfText(text: string): TracedCall[] {
  return documents(text).flatMap((document) => callsOfTrace(document))
}

/** One JSON document, the elements of an array, or one document a line. */
function documents(text: string): unknown[] {
  try {
    const whole: unknown = JSON.parse(text)
    return Array.isArray(whole) ? whole : [whole]
  } catch (notOne) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) throw notOne
    return lines.map((line) => JSON.parse(line) as unknown)
  }
}

interface OtlpRoot {
  resourceSpans?: { scopeSpans?: { spans?: { parentSpanId?: string; flags?: number }[] }[] }[]
}

/** Whether the root of a run's own trace was sampled, and so could be exported (bit 0 of its W3C trace flags). */
export function wasSampled(otlp: unknown): boolean {
  const spans = (otlp as OtlpRoot).resourceSpans?.flatMap((resource) =>
    (resource.scopeSpans ?? []).flatMap((scope) => scope.spans ?? []),
  )
  const root = spans?.find((span) => !span.parentSpanId)
  return root?.flags === undefined || (root.flags & 1) === 1
}
