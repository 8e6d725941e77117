/**
 * One question and its answer over HTTP: sends it, follows it, survives lost connections, stops it.
 * Needs fetch and timers, no DOM. What it knows is `state`; `subscribe` tells when that changes.
 */
import type { ChatRequest, CompleteData, ErrorBody, RunInfo, StatusCode, TraceNode } from '../service/wire.ts'
import { ConnectionLifetime } from './connection-lifetime.ts'
import { readRunEvents, type SequencedEvent } from './run-events.ts'
import { apply, fail, fromRunInfo, idleRun, isLive, type RunFailure, type RunState } from './run-state.ts'

export interface ChatRunCallbacks {
  onStatusUpdate?(status: StatusCode, message: string): void
  onContentChunk?(chunk: string): void
  onTreeUpdate?(tree: TraceNode): void
  onComplete?(response: CompleteData): void
  onError?(error: RunFailure): void
}

export interface Connection {
  state: 'connected' | 'reconnecting'
  /** Tries since the connection was lost. */
  attempts: number
  /** Events that came in at once after the last reconnect: what was missed. null = never reconnected. */
  caughtUp: number | null
}

export interface ChatRunTiming {
  /** A connection that is silent for this long, comments included, counts as lost. The service comments every 15 s. */
  stallMs: number
  /** Longest wait before try n (from 1); half of it is jitter. */
  backoffMs(attempt: number): number
}

const calmTiming: ChatRunTiming = {
  stallMs: 40_000,
  backoffMs: (attempt) => Math.min(5_000, 250 * 2 ** attempt),
}

/** What arrives within this time of a reconnect was missed; what comes later is news. */
const catchUpMs = 250

export class ChatRun {
  #state: RunState = idleRun
  #connection: Connection = { state: 'connected', attempts: 0, caughtUp: null }
  #stopRequested = false
  #lifetime: ConnectionLifetime | null = null
  #endPause: (() => void) | null = null
  readonly #left = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #callbacks: ChatRunCallbacks
  readonly #baseUrl: string
  readonly #timing: ChatRunTiming

  /** `baseUrl` is the service's origin; empty in a page that the service itself serves. */
  constructor(callbacks: ChatRunCallbacks = {}, baseUrl = '', timing = calmTiming) {
    this.#callbacks = callbacks
    this.#baseUrl = baseUrl
    this.#timing = timing
  }

  get state(): RunState {
    return this.#state
  }
  get connection(): Connection {
    return this.#connection
  }
  /** Whether the reader asked to stop and the run has not ended yet. */
  get isStopping(): boolean {
    return this.#stopRequested && this.isStreaming
  }
  get isStreaming(): boolean {
    return isLive(this.#state)
  }
  get currentContent(): string {
    return this.#state.content
  }
  get currentTree(): TraceNode | null {
    return this.#state.tree
  }
  get status(): RunState['status'] {
    return this.#state.status
  }

  /** Calls `listener` after each change; returns the way to end that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Asks once and follows the run to its end; resolves then. Never asks twice: when the service cannot be reached
   * before the run has an id, the failure is reported and asking again is the caller's choice.
   */
  async sendMessage(text: string, { sessionId, companyId }: { sessionId?: string; companyId?: string } = {}) {
    this.#begin({ sessionId: sessionId ?? null })
    const request: ChatRequest = { message: text, tree: 'delta' }
    if (sessionId !== undefined) request.session_id = sessionId
    if (companyId !== undefined) request.company_id = companyId
    const lifetime = this.#openConnection()
    try {
      const response = await this.#fetch('/chat/stream', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(request),
        signal: lifetime.signal,
      })
      const runId = response.headers.get('x-run-id')
      if (!response.ok || runId === null) return this.#fail(await refusal(response))
      this.#set({ ...this.#state, runId, phase: 'running' })
      if (this.#stopRequested) void this.#requestStop(runId) // asked before the run had an id
      await this.#read(response, lifetime).catch(() => undefined) // lost on the way: follow() takes over
    } catch {
      return this.#fail({
        code: 'unreachable',
        message:
          'The service could not be reached, so the question was not sent. Check the connection and retry.',
        retryable: true,
      })
    } finally {
      lifetime.close()
    }
    await this.#follow(1)
  }

  /** Follows a run that was started elsewhere, from its first event; resolves at its end. */
  async resume(runId: string) {
    this.#begin({ runId, phase: 'running' })
    await this.#follow(0)
  }

  /** Asks the service to end the run, and asks again until it has heard. The end itself comes as an event. */
  async stopStreaming() {
    if (this.#stopRequested || !this.isStreaming) return
    this.#stopRequested = true
    this.#changed()
    if (this.#state.runId !== null) await this.#requestStop(this.#state.runId)
  }

  async #requestStop(runId: string) {
    for (let attempt = 1; this.isStreaming && !this.#left.signal.aborted; attempt++) {
      const response = await this.#fetch(`/chat/runs/${runId}/stop`, {
        method: 'POST',
        signal: AbortSignal.any([this.#left.signal, AbortSignal.timeout(this.#timing.stallMs)]),
      }).catch(() => null)
      if (response && !mayWorkLater(response)) return
      await this.#pause(attempt)
    }
  }

  /** Reads over a new connection at once: for when the network is known to have gone, or to be back. */
  reconnect() {
    if (this.#state.runId === null) return // the question is still on its way, and is asked once
    this.#lifetime?.close()
    this.#endPause?.()
  }

  /** Stops reading. The run goes on at the service, and `resume` finds it again. */
  leave() {
    this.#left.abort()
  }

  #begin(start: Partial<RunState>) {
    if (this.#state !== idleRun)
      throw new Error('A ChatRun follows one run: make a new one for each question.')
    this.#set({ ...idleRun, phase: 'connecting', ...start })
  }

  /** Reads the run's events over as many connections as it takes; `attempts` is 0 where none was lost yet. */
  async #follow(attempts: number) {
    while (this.isStreaming && !this.#left.signal.aborted) {
      if (attempts > 0) {
        this.#setConnection({ ...this.#connection, state: 'reconnecting', attempts })
        await this.#pause(attempts)
        if (this.#left.signal.aborted) return
      }
      const lifetime = this.#openConnection()
      const { runId, seq } = this.#state
      try {
        const response = await this.#fetch(`/chat/runs/${runId}/stream?after=${seq}&tree=delta`, {
          headers: { accept: 'text/event-stream' },
          signal: lifetime.signal,
        })
        if (response.status === 204) await this.#finishFromStore(lifetime.signal)
        else if (response.ok) await this.#read(response, lifetime)
        else if (!mayWorkLater(response)) this.#fail(await refusal(response))
      } catch {
        // Whatever broke this connection, the run goes on at the service: try again.
      } finally {
        lifetime.close()
      }
      attempts = this.#state.seq > seq ? 1 : attempts + 1
    }
  }

  /** Applies events until the connection ends, however it ends. */
  async #read(response: Response, lifetime: ConnectionLifetime) {
    if (!response.body) return
    const reconnected = this.#connection.state === 'reconnecting'
    const missedUntil = reconnected ? Date.now() + catchUpMs : 0
    if (reconnected) this.#setConnection({ state: 'connected', attempts: 0, caughtUp: 0 })
    for await (const event of readRunEvents(response.body, () => lifetime.heard())) {
      if (Date.now() < missedUntil) {
        this.#setConnection({ ...this.#connection, caughtUp: (this.#connection.caughtUp ?? 0) + 1 })
      }
      this.#receive(event)
      if (!this.isStreaming) return
    }
  }

  #receive({ seq, event }: SequencedEvent) {
    const before = this.#state
    const after = apply(before, seq, event)
    if (after === before) return
    this.#set(after)
    const call = this.#callbacks
    switch (event.type) {
      case 'status':
        return call.onStatusUpdate?.(event.data.status, event.data.message)
      case 'content':
        return call.onContentChunk?.(event.data.content)
      case 'tree_update':
        return after.tree ? call.onTreeUpdate?.(after.tree) : undefined
      case 'complete':
        return call.onComplete?.(event.data)
      case 'error':
        return call.onError?.(event.data)
    }
  }

  /** 204: the run has ended and there is no event we have not seen, so its stored end is all that is missing. */
  async #finishFromStore(signal: AbortSignal) {
    const response = await this.#fetch(`/chat/runs/${this.#state.runId}`, { signal })
    if (!response.ok) return this.#fail(await refusal(response))
    const info = (await response.json()) as RunInfo
    if (info.status === 'running' || info.metadata === null)
      throw new Error('The run has not been stored yet.')
    const before = this.#state.content
    const after = fromRunInfo(this.#state, info)
    this.#set(after)
    if (info.message.startsWith(before) && info.message.length > before.length) {
      this.#callbacks.onContentChunk?.(info.message.slice(before.length))
    }
    if (after.failure) this.#callbacks.onError?.(after.failure)
    else if (info.status === 'ok' || info.status === 'stopped') {
      const { run_id, session_id, status, message, metadata } = info
      const stop = metadata.stop_reason ? { stop_reason: metadata.stop_reason } : {}
      this.#callbacks.onComplete?.({
        run_id,
        session_id,
        trace_id: run_id,
        status,
        message,
        metadata,
        ...stop,
      })
    }
  }

  #fail(reason: Pick<RunFailure, 'code' | 'message' | 'retryable'>) {
    if (this.#left.signal.aborted) return
    const failure: RunFailure = { ...reason, run_id: this.#state.runId, metadata: null }
    this.#set(fail(this.#state, failure))
    this.#callbacks.onError?.(failure)
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.#baseUrl}/api/v1${path}`, init)
  }

  #openConnection(): ConnectionLifetime {
    this.#lifetime = new ConnectionLifetime(this.#timing.stallMs, this.#left.signal)
    return this.#lifetime
  }

  /** Waits before try `attempt`, shorter at random so that many readers do not return at once. */
  #pause(attempt: number): Promise<void> {
    const longest = this.#timing.backoffMs(attempt)
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#endPause = null
        this.#left.signal.removeEventListener('abort', done)
        resolve()
      }
      this.#endPause = done
      const timer = setTimeout(done, longest / 2 + (Math.random() * longest) / 2)
      this.#left.signal.addEventListener('abort', done)
    })
  }

  #set(state: RunState) {
    this.#state = state
    this.#changed()
  }
  #setConnection(connection: Connection) {
    this.#connection = connection
    this.#changed()
  }
  #changed() {
    for (const listener of this.#listeners) listener()
  }
}

function mayWorkLater(response: Response): boolean {
  return response.status === 429 || response.status >= 500
}

/** What the service said when it refused, in its own words where it has some. */
async function refusal(response: Response): Promise<Pick<RunFailure, 'code' | 'message' | 'retryable'>> {
  const retryable = mayWorkLater(response)
  const body = (await response.json().catch(() => null)) as ErrorBody | null
  if (body?.error) return { code: body.error.code, message: body.error.message, retryable }
  return {
    code: 'unexpected_answer',
    message: `The service answered with status ${response.status} and no reason. Retry, or look at its log.`,
    retryable,
  }
}
