import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Attributes, Span, SpanContext, Tracer } from '@opentelemetry/api'
import { context, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { markFailed } from '../../otel/in-span.ts'
import type { TraceObserver } from '../../otel/live-span-processor.ts'
import { withObserver } from '../../otel/live-span-processor.ts'
import { App, Common, GenAi } from '../../otel/names.ts'
import { otlpJson } from '../../otel/otlp.ts'
import { reportStatus } from '../../otel/status.ts'
import type { AppError } from '../errors.ts'
import type { EndedRun } from '../ledger/record.ts'
import { redactJson } from '../redaction.ts'
import type { AnswerSink } from '../team/answer.ts'
import { citationsOf } from '../team/answer.ts'
import type {
  FlatNode,
  RunInfo,
  RunMetadata,
  RunStatus,
  StatusCode,
  StopReason,
  TerminalEvent,
  Visualization,
} from '../wire.ts'
import { EventLog } from './event-log.ts'
import { failureOf, STOPPING, terminalEvent } from './outcome.ts'
import { Pacer } from './pacer.ts'
import { Tree, usageOf } from './tree.ts'

const gzipped = promisify(gzip)

/** A run whose events outgrow this is ended: nobody reads an answer of that length. Characters. */
const MAX_LOG_SIZE = 8 * 1024 * 1024
/** A step that does not heed its abort signal is left behind after this. */
const JOIN_TIMEOUT_MS = 2_000
/** The terminal event waits this long for the rows to be in the database; they are safe on disk before. */
const SHIP_TIMEOUT_MS = 2_000

/** The ledger, as far as the end of a run needs it. */
export interface RunLedger {
  runEnded(run: EndedRun): void
  shipped(timeoutMs: number): Promise<boolean>
}

export interface RunOptions {
  tracer: Tracer
  ledger: RunLedger
  userId: string
  sessionId: string
  timeoutMs: number
  /** Address of a trace in Jaeger; null where traces are not exported. */
  traceUrl: ((traceId: string) => string) | null
  /** The caller's own trace, kept as a link. */
  link?: SpanContext
}

/** Reason of an abort that somebody asked for. */
class Stopped extends Error {}

/**
 * One question being answered: a trace, the log of events that readers follow, and the record it leaves.
 * It belongs to no connection; it ends by finishing, failing or being stopped.
 */
export class Run implements TraceObserver {
  readonly id: string
  readonly userId: string
  readonly sessionId: string
  readonly log = new EventLog()
  /** Stamped on every span. */
  readonly attributes: Attributes
  readonly #options: RunOptions
  readonly #pacer = new Pacer(this.log)
  readonly #tree = new Tree()
  readonly #root: Span
  readonly #abort = new AbortController()
  readonly #spans: ReadableSpan[] = []
  readonly #visualizations: Visualization[] = []
  readonly #reviewsSeen = new Set<string>()
  readonly #startedAt = performance.now()
  readonly #finished = Promise.withResolvers<void>()
  #message = ''
  #status: RunStatus = 'running'
  #stopReason: StopReason | null = null
  /** From here on nothing is added but the terminal event, whose number is already on record. */
  #sealed = false
  #metadata: RunMetadata | null = null
  #terminal: TerminalEvent | null = null

  constructor(options: RunOptions) {
    this.#options = options
    this.userId = options.userId
    this.sessionId = options.sessionId
    this.attributes = {
      [GenAi.conversation]: options.sessionId,
      [Common.session]: options.sessionId,
      [Common.user]: options.userId,
    }
    // From ROOT_CONTEXT: a caller's traceparent must decide neither the run's id nor whether it is recorded.
    this.#root = options.tracer.startSpan(
      'invoke_workflow review_chat',
      {
        attributes: { [GenAi.operation]: 'invoke_workflow', [App.label]: 'Answering the question' },
        links: options.link ? [{ context: options.link }] : [],
      },
      withObserver(ROOT_CONTEXT, this),
    )
    this.id = this.#root.spanContext().traceId
    this.report('starting', 'Initializing...')
  }

  get status(): RunStatus {
    return this.#status
  }

  /** Resolves when the terminal event is in the log. */
  get finished(): Promise<void> {
    return this.#finished.promise
  }

  /** The event it ended with; null while it is going. */
  get terminal(): TerminalEvent | null {
    return this.#terminal
  }

  get info(): RunInfo {
    return {
      run_id: this.id,
      session_id: this.sessionId,
      status: this.#status,
      last_seq: this.log.lastSeq,
      message: this.#message,
      ...(this.#metadata?.error ? { error: this.#metadata.error } : {}),
      metadata: this.#metadata,
    }
  }

  set companyId(companyId: string | null) {
    if (companyId === null) return
    this.attributes[App.company] = companyId
    this.#root.setAttribute(App.company, companyId)
  }

  /** Says what the run as a whole is doing. */
  report(status: StatusCode, message: string): void {
    reportStatus(this.#root, status, message)
  }

  /**
   * Does the work inside the root span and ends the run with it, whatever happens; never rejects.
   * @param work must heed the signal
   */
  async perform(work: (sink: AnswerSink, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#abort
    const timer = setTimeout(() => this.stop('limit'), this.#options.timeoutMs)
    const aborted = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => {
      setTimeout(() => aborted.reject(signal.reason as Error), JOIN_TIMEOUT_MS).unref()
    })
    aborted.promise.catch(() => {})
    try {
      const root = trace.setSpan(withObserver(ROOT_CONTEXT, this), this.#root)
      await Promise.race([context.with(root, () => work(this.#sink(), signal)), aborted.promise])
      await this.#end(null)
    } catch (error) {
      await this.#end(signal.aborted ? null : error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends a run that could not begin: it leaves a trace and no message. */
  discard(error: unknown): void {
    markFailed(this.#root, error)
    this.#root.end()
  }

  /** Stops the work, down to the provider's socket. The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#sealed || this.#stopReason !== null) return
    this.#stopReason = reason
    this.report('stopping', STOPPING[reason])
    this.#abort.abort(new Stopped(`the run was stopped: ${reason}`))
  }

  nodeChanged(node: FlatNode): void {
    if (this.#sealed) return
    this.#tree.apply([node])
    this.#pacer.node(node)
    if (this.log.size > MAX_LOG_SIZE) this.stop('limit')
  }

  statusReported(status: string, message: string): void {
    if (!this.#sealed) this.#pacer.status(status as StatusCode, message)
  }

  spanEnded(span: ReadableSpan): void {
    this.#spans.push(span)
  }

  #sink(): AnswerSink {
    const { signal } = this.#abort
    return {
      text: (text) => {
        // What is shown after a stop would not be what the stop kept.
        if (signal.aborted || this.#sealed) return
        this.#message += text
        this.#pacer.content(text)
        if (this.log.size > MAX_LOG_SIZE) this.stop('limit')
      },
      visualization: (visualization) => this.#visualizations.push(visualization),
      reviewsSeen: (ids) => {
        for (const id of ids) this.#reviewsSeen.add(id)
      },
    }
  }

  async #end(error: unknown): Promise<void> {
    const failure = error === null ? null : failureOf(error)
    if (failure) markFailed(this.#root, failure)
    else if (this.#stopReason) this.#root.setAttribute(App.stopped, true)
    else this.#root.setStatus({ code: SpanStatusCode.OK })
    this.#root.end()
    this.#pacer.flush()
    this.#sealed = true
    const status = failure ? 'error' : this.#stopReason ? 'stopped' : 'ok'
    // Labels quote the question and the model. Here already, so that the answer is the same when it is read again.
    const metadata = redactJson(this.#metadataOf(failure)) as RunMetadata
    try {
      const otlp = await gzipped(await otlpJson(this.#spans))
      this.#options.ledger.runEnded({
        run_id: this.id,
        status,
        message: this.#message,
        last_seq: this.log.lastSeq + 1,
        metadata,
        trace: otlp.toString('base64'),
      })
      await this.#options.ledger.shipped(SHIP_TIMEOUT_MS)
    } catch {
      // The ledger has said so itself, once; the reader still gets the answer.
    }
    this.#status = status
    this.#metadata = metadata
    this.#terminal = terminalEvent({
      run_id: this.id,
      session_id: this.sessionId,
      message: this.#message,
      failure,
      stop_reason: this.#stopReason,
      metadata,
    })
    this.log.append(this.#terminal)
    this.#finished.resolve()
  }

  #metadataOf(failure: AppError | null): RunMetadata {
    const { traceUrl } = this.#options
    const sampled = (this.#root.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
    return {
      execution_tree: this.#tree.snapshot(),
      visualizations: this.#visualizations,
      citations: citationsOf(this.#message, this.#reviewsSeen),
      usage: usageOf(this.#tree.nodes()),
      duration_ms: Math.round(performance.now() - this.#startedAt),
      ...(traceUrl && sampled ? { trace_url: traceUrl(this.id) } : {}),
      ...(failure
        ? { error: { code: failure.code, message: failure.message, retryable: failure.retryable } }
        : {}),
      ...(this.#stopReason ? { stop_reason: this.#stopReason } : {}),
    }
  }
}
