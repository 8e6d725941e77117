import type { SpanContext, Tracer } from '@opentelemetry/api'
import { AppError } from '../errors.ts'
import type { AnswerSink, Question, Turn } from '../team/answer.ts'
import type { ChatStore } from './chat-store.ts'
import type { RunLedger } from './run.ts'
import { Run } from './run.ts'

/** Events of ended runs that stay readable in memory, in characters; older runs are served from their stored message. */
const MAX_KEPT_SIZE = 64 * 1024 * 1024

/** Whoever answers: the team. */
export interface Answerer {
  answer(question: Question, sink: AnswerSink, signal: AbortSignal): Promise<void>
}

export interface RunsOptions {
  tracer: Tracer
  store: ChatStore
  ledger: RunLedger & { readonly writable: boolean }
  answerer: Answerer
  traceUrl: ((traceId: string) => string) | null
  instanceId: string
  maxOpen: number
  maxPerUser: number
  timeoutMs: number
  /** How long the events of an ended run stay in memory. */
  keepMs: number
  onInternalError(error: unknown, runId: string): void
}

export interface RunRequest {
  userId: string
  sessionId: string
  companyId: string | null
  message: string
  /** The caller's own trace, from traceparent. */
  link?: SpanContext
}

/** The runs of this process: those that are open, and those that ended a short while ago. */
export class Runs {
  readonly #options: RunsOptions
  readonly #runs = new Map<string, Run>()
  #draining = false

  constructor(options: RunsOptions) {
    this.#options = options
  }

  /**
   * Begins a run, which then goes on by itself. Its messages are stored when this resolves.
   * @throws AppError too_many_runs, unavailable or what the store throws; nothing of the run is left then
   */
  async start(request: RunRequest): Promise<Run> {
    this.#admit(request.userId)
    const { store, instanceId, answerer } = this.#options
    const run = new Run({ ...this.#options, ...request })
    // Counted before the first await, or a burst would pass the limits together.
    this.#runs.set(run.id, run)
    run.companyId = request.companyId
    let history: Turn[]
    try {
      ;({ history } = await store.createRun({ ...request, runId: run.id, instanceId }))
    } catch (error) {
      this.#runs.delete(run.id)
      run.discard(error)
      throw error
    }
    run.report('context_ready', 'Analyzing query...')
    void run
      .perform(async (sink, signal) => {
        try {
          await answerer.answer(
            { text: request.message, companyId: request.companyId, history },
            sink,
            signal,
          )
        } catch (error) {
          if (!(error instanceof AppError) && !signal.aborted) this.#options.onInternalError(error, run.id)
          throw error
        }
      })
      .then(() => this.#retire(run))
    return run
  }

  /** An open or lately ended run of this user. */
  find(userId: string, runId: string): Run | null {
    const run = this.#runs.get(runId)
    return run?.userId === userId ? run : null
  }

  /** Ends whatever runs in a session, before the session goes. */
  async stopSession(userId: string, sessionId: string): Promise<void> {
    const running = this.#open().filter((run) => run.userId === userId && run.sessionId === sessionId)
    for (const run of running) run.stop('user')
    await Promise.all(running.map((run) => run.finished))
  }

  /** Whether new runs are taken. */
  get accepting(): boolean {
    return !this.#draining && this.#options.ledger.writable
  }

  /** Takes no new runs, gives the open ones some time, and then stops what is left. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true
    const ended = Promise.all(this.#open().map((run) => run.finished))
    const timer = setTimeout(() => {
      for (const run of this.#open()) run.stop('shutdown')
    }, timeoutMs)
    await ended
    clearTimeout(timer)
  }

  #open(): Run[] {
    return [...this.#runs.values()].filter((run) => run.status === 'running')
  }

  #admit(userId: string): void {
    const { ledger, maxOpen, maxPerUser } = this.#options
    if (this.#draining) {
      throw new AppError(
        'shutting_down',
        503,
        'The service is being restarted. Try again in a few seconds.',
        {
          retryable: true,
        },
      )
    }
    if (!ledger.writable) {
      throw new AppError(
        'ledger_unavailable',
        503,
        'No new chats for now: calls cannot be put on record, because the disk of the service refuses writes.',
        {
          retryable: true,
        },
      )
    }
    const open = this.#open()
    if (open.length >= maxOpen) {
      throw new AppError(
        'too_many_runs',
        503,
        `The service is at its limit of ${maxOpen} chats at once. Try again in a moment.`,
        {
          retryable: true,
        },
      )
    }
    if (open.filter((run) => run.userId === userId).length >= maxPerUser) {
      throw new AppError(
        'too_many_runs',
        429,
        `You have ${maxPerUser} chats going at once, which is the limit. Wait for one to end or stop it.`,
        {
          retryable: true,
        },
      )
    }
  }

  #retire(run: Run): void {
    setTimeout(() => this.#runs.delete(run.id), this.#options.keepMs).unref()
    const ended = [...this.#runs.values()].filter((one) => one.status !== 'running')
    let size = 0
    // The newest first, so that what goes is the oldest.
    for (const kept of ended.reverse()) {
      size += kept.log.size
      if (size > MAX_KEPT_SIZE) this.#runs.delete(kept.id)
    }
  }
}
