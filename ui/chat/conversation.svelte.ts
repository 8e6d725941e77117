import type { Message } from '../../service/wire.ts'
import { ApiError, api, inWords } from '../api.ts'
import { LiveRun, type RunView, storedRun } from '../live-run.svelte.ts'
import { fromMessage, isLive } from '../run-state.ts'
import { workspace } from '../workspace.svelte.ts'

/** A question and the run that answers it. */
export interface Turn {
  key: string
  question: string
  view: RunView
}

/** The turns of one session: stored ones, and those that are being answered. */
export class Conversation {
  readonly sessionId: string
  turns = $state.raw<Turn[]>([])
  /** The company that the session is about; null until it is known or the first question settles it. */
  companyId = $state<string | null>(null)
  /** The service knows the session, and with it the company. */
  #known: boolean
  loading = $state(false)
  /** Why the session cannot be shown, in words. */
  problem = $state<string | null>(null)

  /** A new session has no id yet: it gets one of ours, so that its address holds from the first question on. */
  constructor(sessionId: string | null) {
    this.sessionId = sessionId ?? newSessionId()
    this.#known = sessionId !== null
  }

  /** The run that is being answered now; questions wait for it. */
  get running(): LiveRun | null {
    const view = this.turns.findLast(({ view }) => isLive(view.state))?.view
    return view instanceof LiveRun ? view : null
  }

  async load() {
    this.loading = true
    try {
      const { session, messages } = await api.messages(this.sessionId)
      this.companyId = session.company_id
      this.turns = this.#turnsOf(messages)
      this.problem = null
    } catch (error) {
      this.problem =
        error instanceof ApiError && error.status === 404
          ? 'There is no such conversation. It may have been deleted, or it is someone else’s.'
          : inWords(error)
    } finally {
      this.loading = false
    }
  }

  /** Looks for turns that began elsewhere, in a second tab for example. */
  async catchUp(runningRunId: string) {
    if (this.turns.some(({ view }) => view.state.runId === runningRunId)) return
    if (this.turns.some(({ view }) => view.state.phase === 'connecting')) return // that may be the one
    await this.load()
  }

  ask(question: string) {
    const view = new LiveRun()
    this.turns = [
      ...this.turns,
      { key: crypto.getRandomValues(new Uint32Array(2)).join('-'), question, view },
    ]
    if (!this.#known) this.companyId ??= workspace.companyId
    const companyId = this.#known ? undefined : (this.companyId ?? undefined)
    void this.#follow(view.run.sendMessage(question, { sessionId: this.sessionId, companyId }))
  }

  /** Leaves all runs as they are; the service goes on with them. */
  leave() {
    for (const { view } of this.turns) if (view instanceof LiveRun) view.run.leave()
  }

  #turnsOf(messages: Message[]): Turn[] {
    const ofRun = (runId: string | null) =>
      messages.find((asked) => asked.role === 'user' && asked.run_id === runId)
    return messages
      .filter(({ role }) => role === 'assistant')
      .map((answer) => {
        const known = this.turns.find(({ view }) => view.state.runId === answer.run_id)
        if (known) return known
        return { key: answer.id, question: ofRun(answer.run_id)?.content ?? '', view: this.#viewOf(answer) }
      })
  }

  #viewOf(answer: Message): RunView {
    if (answer.status !== 'running' || answer.run_id === null)
      return storedRun(fromMessage(answer, this.sessionId))
    const live = new LiveRun()
    void this.#follow(live.run.resume(answer.run_id))
    return live
  }

  /** The rail shows a session from its first question, and what runs. */
  async #follow(run: Promise<void>) {
    setTimeout(() => void workspace.refreshSessions(), 400)
    await run
    await workspace.refreshSessions()
  }
}

function newSessionId(): string {
  // Not randomUUID: pages served over plain http from another machine do not have it.
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
