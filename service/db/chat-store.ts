import type { Knex } from 'knex'
import { notFound } from '../errors.ts'
import type { ChatStore, NewRun, StoredRun } from '../run/chat-store.ts'
import { companyConflict } from '../run/company-conflict.ts'
import type { Turn } from '../team/answer.ts'
import type { Message, RunMetadata, RunStatus, Session } from '../wire.ts'

const TITLE_CHARS = 80
/** Earlier messages handed to the team. */
const HISTORY_MESSAGES = 20

/** Sessions, messages and ended runs in PostgreSQL. Every read names the user. */
export function createChatStore(db: Knex): ChatStore {
  return {
    async findSession(userId, sessionId) {
      const row = await db('chat_sessions')
        .where({ user_id: userId, session_id: sessionId })
        .first('company_id')
      return row ? { companyId: row.company_id } : null
    },

    createRun: (run) => db.transaction((trx) => createRun(trx, run)),

    async findRun(userId, runId) {
      const row = await db('chat_messages as m')
        .join('chat_sessions as s', { 's.user_id': 'm.user_id', 's.session_id': 'm.session_id' })
        .where({ 'm.run_id': runId, 'm.user_id': userId, 'm.role': 'assistant' })
        .first(
          'm.run_id',
          'm.session_id',
          'm.status',
          'm.last_seq',
          'm.content',
          'm.metadata',
          's.company_id',
        )
      return row ? storedRun(row) : null
    },

    async findTrace(userId, runId) {
      const row = await db('chat_messages')
        .where({ run_id: runId, user_id: userId, role: 'assistant' })
        .first('trace')
      return row?.trace ?? null
    },

    async listSessions(userId) {
      const { rows } = await db.raw(
        `select s.session_id, s.title, s.company_id, s.created_at, s.updated_at, m.message_count, m.running_run_id
         from chat_sessions s
           cross join lateral (
             select count(*) as message_count,
               max(run_id) filter (where role = 'assistant' and status = 'running') as running_run_id
             from chat_messages where user_id = s.user_id and session_id = s.session_id
           ) m
         where s.user_id = ?
         order by s.updated_at desc limit 500`,
        [userId],
      )
      return rows.map(session)
    },

    async sessionMessages(userId, sessionId) {
      const found = (await this.listSessions(userId)).find((one) => one.session_id === sessionId)
      if (!found) throw notFound(`The session ${JSON.stringify(sessionId)}`)
      const rows = await db('chat_messages')
        .where({ user_id: userId, session_id: sessionId })
        .orderBy('id')
        .select('id', 'role', 'content', 'run_id', 'status', 'created_at', 'metadata')
      return { session: found, messages: rows.map(message) }
    },

    async deleteSession(userId, sessionId) {
      const deleted = await db('chat_sessions').where({ user_id: userId, session_id: sessionId }).delete()
      if (deleted === 0) throw notFound(`The session ${JSON.stringify(sessionId)}`)
    },
  }
}

async function createRun(trx: Knex.Transaction, run: NewRun): Promise<{ history: Turn[] }> {
  const key = { user_id: run.userId, session_id: run.sessionId }
  await trx('chat_sessions')
    .insert({ ...key, company_id: run.companyId, title: titleOf(run.message) })
    .onConflict(['user_id', 'session_id'])
    .merge({ updated_at: trx.fn.now() })
  const session = await trx('chat_sessions').where(key).first('company_id')
  // Two first requests of one session may race; the session keeps the company of the one that came first.
  if (session.company_id !== run.companyId) throw companyConflict(run.sessionId, session.company_id)
  const earlier = await trx('chat_messages')
    .where(key)
    .whereIn('status', ['ok', 'stopped'])
    .whereNot('content', '')
    .orderBy('id', 'desc')
    .limit(HISTORY_MESSAGES)
    .select('role', 'content')
  await trx('chat_messages').insert([
    { ...key, run_id: run.runId, role: 'user', content: run.message, status: 'ok' },
    {
      ...key,
      run_id: run.runId,
      role: 'assistant',
      content: '',
      status: 'running',
      instance_id: run.instanceId,
    },
  ])
  return { history: earlier.reverse() }
}

function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ')
  const characters = [...line]
  return characters.length > TITLE_CHARS ? `${characters.slice(0, TITLE_CHARS - 1).join('')}…` : line
}

interface RunRow {
  run_id: string
  session_id: string
  status: RunStatus
  last_seq: number
  content: string
  metadata: RunMetadata | null
  company_id: string | null
}

function storedRun(row: RunRow): StoredRun {
  return {
    companyId: row.company_id,
    info: {
      run_id: row.run_id,
      session_id: row.session_id,
      status: row.status,
      last_seq: row.last_seq,
      message: row.content,
      ...(row.metadata?.error ? { error: row.metadata.error } : {}),
      metadata: row.metadata,
    },
  }
}

function session(
  row: Omit<Session, 'created_at' | 'updated_at'> & { created_at: Date; updated_at: Date },
): Session {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() }
}

function message(row: Omit<Message, 'id' | 'created_at'> & { id: number; created_at: Date }): Message {
  return { ...row, id: String(row.id), created_at: row.created_at.toISOString() }
}
