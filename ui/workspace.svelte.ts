import type { Company, Me, Session } from '../service/wire.ts'
import { SvelteSet } from 'svelte/reactivity'
import { api, inWords } from './api.ts'

const pollMs = 4_000
const companyKey = 'tracechat.company'

/** Who is here, what they may ask about, and their sessions. */
class Workspace {
  me = $state.raw<Me | null>(null)
  companies = $state.raw<Company[]>([])
  sessions = $state.raw<Session[]>([])
  /** Sessions whose run ended while the reader was elsewhere. */
  readonly unread = new SvelteSet<string>()
  /** Why something could not be loaded, in words. */
  problem = $state<string | null>(null)
  /** The company of the next new session. */
  #chosen = $state<string | null>(localStorage.getItem(companyKey))

  readonly companyId = $derived.by(() => {
    const known = (id: string | null | undefined) =>
      this.companies.find(({ company_id }) => company_id === id)
    return (
      (known(this.#chosen) ?? known(this.me?.default_company_id) ?? this.companies[0])?.company_id ?? null
    )
  })

  choose(companyId: string) {
    this.#chosen = companyId
    localStorage.setItem(companyKey, companyId)
  }

  companyName(companyId: string | null): string {
    return (
      this.companies.find(({ company_id }) => company_id === companyId)?.name ?? companyId ?? 'No company'
    )
  }

  async load() {
    try {
      ;[this.me, this.companies, this.sessions] = await Promise.all([
        api.me(),
        api.companies(),
        api.sessions(),
      ])
      this.problem = null
    } catch (error) {
      this.problem = inWords(error)
    }
  }

  async refreshSessions() {
    try {
      const before = this.sessions
      this.sessions = await api.sessions()
      for (const { session_id, running_run_id } of this.sessions) {
        const ran = before.some(
          (session) => session.session_id === session_id && session.running_run_id !== null,
        )
        if (ran && running_run_id === null) this.unread.add(session_id)
      }
      this.problem = null
    } catch (error) {
      this.problem = inWords(error)
    }
  }

  async delete(sessionId: string) {
    await api.deleteSession(sessionId)
    this.sessions = this.sessions.filter(({ session_id }) => session_id !== sessionId)
  }

  /** Looks again when the page comes back, and now and then while something runs. Returns the way to end that. */
  watch(): () => void {
    const look = () => {
      if (document.visibilityState === 'visible') void this.refreshSessions()
    }
    const timer = setInterval(() => {
      if (this.sessions.some(({ running_run_id }) => running_run_id !== null)) look()
    }, pollMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }
}

export const workspace = new Workspace()
