/** npm run reconcile -- RUN_ID [--otlp FILE]: compares what was watched, billed and traced of one run, call by call. */
import { gunzipSync } from 'node:zlib'
import { parseArgs } from 'node:util'
import type { TracedCall } from '../../otel/otlp.ts'
import { loadConfig, readEnvironment } from '../config.ts'
import { createCallStore, ownerOfRun } from '../db/call-store.ts'
import { createChatStore } from '../db/chat-store.ts'
import { connect } from '../db/connect.ts'
import { AppError } from '../errors.ts'
import { createLogger } from '../log.ts'
import type { Comparison } from '../bill/receipt.ts'
import { compareCalls } from '../bill/receipt.ts'
import { callsInFile, callsInJaeger, wasSampled } from '../bill/exported-trace.ts'
import type { StoredRun } from '../run/chat-store.ts'
import type { LlmCall, ReceiptFigures, ReceiptLine } from '../wire.ts'
import { formatTable } from './table.ts'

const usage = `Usage: npm run reconcile -- RUN_ID [--otlp FILE]
The trace is read from FILE (OTLP JSON), or else from Jaeger at JAEGER_UI_URL.
Exit code: 0 they agree, 1 they differ, 2 they cannot be compared.`

/** Spans travel in batches: an exporter's delay, a collector's and Jaeger's own add up to this at most. */
const SPANS_ARRIVE_MS = 12_000

try {
  const { runId, otlp } = readArguments()
  const comparison = await reconcile(runId, otlp)
  console.log(report(comparison))
  process.exitCode = comparison.verdict === 'agree' ? 0 : 1
} catch (error) {
  console.error(explain(error))
  process.exitCode = 2
}

function readArguments(): { runId: string; otlp: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      options: { otlp: { type: 'string' } },
      allowPositionals: true,
    })
    const [runId, ...more] = positionals
    if (runId && more.length === 0) return { runId, otlp: values.otlp }
  } catch (error) {
    throw new AppError('usage', 400, `${(error as Error).message}\n${usage}`, { cause: error })
  }
  throw new AppError('usage', 400, usage)
}

async function reconcile(runId: string, otlp: string | undefined): Promise<Comparison> {
  const config = loadConfig(readEnvironment())
  const connection = await connect(config, createLogger('warn', process.stderr), { poolMax: 1 })
  try {
    const userId = await ownerOfRun(connection.db, runId)
    if (userId === null) throw new AppError('not_found', 404, `There is no run ${runId} in this database.`)
    const store = createChatStore(connection.db)
    const run = (await store.findRun(userId, runId))!
    if (run.info.status === 'running') {
      throw new AppError('run_not_ended', 409, `The run ${runId} has not ended yet. Try again then.`)
    }
    const rows = await createCallStore(connection.db).ofRun(runId)
    const stored = await store.findTrace(userId, runId)
    const sampled = stored === null || wasSampled(JSON.parse(gunzipSync(stored).toString('utf8')))
    const trace = sampled ? await exportedCalls(run, rows, otlp, config.jaegerUiUrl) : null
    return compareCalls({ tree: run.info.metadata?.execution_tree ?? null, rows, trace })
  } finally {
    await connection.close()
  }
}

/** null = the run was not exported, as far as anyone can tell. */
async function exportedCalls(
  { info }: StoredRun,
  rows: LlmCall[],
  otlp: string | undefined,
  jaegerUrl: string | undefined,
): Promise<TracedCall[] | null> {
  if (otlp === undefined && jaegerUrl === undefined) return null
  const found =
    otlp === undefined
      ? await callsInJaeger(jaegerUrl!, info.run_id, {
          arrived: (calls) => calls.length >= rows.length,
          withinMs: SPANS_ARRIVE_MS,
        })
      : await callsInFile(otlp, info.run_id)
  // A run that has a link to its trace was exported, so that no trace at all is one that lost all of its calls.
  return found ?? (info.metadata?.trace_url === undefined ? null : [])
}

function report({ lines, usage: sum, simulated, verdict, trace }: Comparison): string {
  const columns = ['call', 'model', 'status', 'tokens', 'cost', 'verdict']
  const table = formatTable(
    columns.map((name) => ({ name, numeric: false })),
    lines.map((line) => [
      line.span_id,
      line.model,
      abreast(line, ({ status }) => status),
      abreast(line, tokensOf),
      abreast(line, ({ cost_usd }) => (cost_usd === null ? 'unpriced' : `$${plain(cost_usd)}`)),
      line.differences.length === 0 ? 'agree' : `different: ${line.differences.join(', ')}`,
    ]),
    process.stdout.isTTY ? process.stdout.columns : Infinity,
  )
  const cost =
    sum.cost_usd === null ? 'unpriced' : `$${plain(sum.cost_usd)}${simulated ? ' (simulated)' : ''}`
  return [
    table,
    'Each cell: tree / rows / trace; tokens: prompt+completion.',
    `${sum.llm_calls} calls, ${sum.total_tokens} tokens, ${cost}`,
    `tree and rows${trace === 'not_exported' ? '' : ' and trace'}: ${verdict}; trace: ${trace}`,
  ].join('\n')
}

/** What tree, rows and trace say, in this order. */
function abreast({ tree, row, trace }: ReceiptLine, shown: (figures: ReceiptFigures) => string): string {
  return [tree, row, trace].map((figures) => (figures ? shown(figures) : '–')).join(' / ')
}

function tokensOf({ prompt_tokens, completion_tokens }: ReceiptFigures): string {
  return `${prompt_tokens ?? '?'}+${completion_tokens ?? '?'}`
}

/** Twelve places without the zeros at the end; never 1e-7. */
function plain(usd: number): string {
  return usd.toFixed(12).replace(/\.?0+$/, '')
}

/** What a person can act on is one line; a mistake of ours shows where it happened. */
function explain(error: unknown): string {
  if (error instanceof AppError) return error.message
  if (error instanceof Error && 'code' in error)
    return `The database cannot be used: ${error.message || String(error.code)}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
