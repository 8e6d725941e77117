import type { Turn } from '../team/answer.ts'
import type { Message, RunInfo, Session } from '../wire.ts'

/** Where sessions, messages and ended runs are kept: what a run needs of the database. */
export interface ChatStore {
  findSession(userId: string, sessionId: string): Promise<{ companyId: string | null } | null>
  /**
   * Makes the session where it is new, and both messages of the run, the assistant's as running; all or nothing.
   * @returns earlier turns, oldest first
   * @throws AppError company_conflict where the session belongs to another company
   */
  createRun(run: NewRun): Promise<{ history: Turn[] }>
  findRun(userId: string, runId: string): Promise<StoredRun | null>
  /** Gzipped OTLP JSON; null until the run has ended. */
  findTrace(userId: string, runId: string): Promise<Buffer | null>
  listSessions(userId: string): Promise<Session[]>
  /** @throws AppError not_found */
  sessionMessages(userId: string, sessionId: string): Promise<{ session: Session; messages: Message[] }>
  /** @throws AppError not_found */
  deleteSession(userId: string, sessionId: string): Promise<void>
}

export interface NewRun {
  runId: string
  userId: string
  sessionId: string
  companyId: string | null
  message: string
  instanceId: string
}

export interface StoredRun {
  companyId: string | null
  info: RunInfo
}
