import Router from '@koa/router'
import type { ChatStore } from '../run/chat-store.ts'
import type { Runs } from '../run/runs.ts'
import type { AppState, CompanyAccess } from './identity.ts'
import { requireCompany } from './identity.ts'

export interface SessionRoutesOptions {
  runs: Runs
  store: ChatStore
  companies: CompanyAccess
}

/** History: GET /api/v1/sessions, /sessions/:id/messages, DELETE /sessions/:id. */
export function sessionRoutes({ runs, store, companies }: SessionRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1/sessions' })

  router.get('/', async (ctx) => {
    ctx.body = { sessions: await store.listSessions(ctx.state.identity.userId) }
  })

  router.get('/:session_id/messages', async (ctx) => {
    const { userId } = ctx.state.identity
    const sessionId = ctx.params['session_id']!
    const found = await store.sessionMessages(userId, sessionId)
    await requireCompany(
      companies,
      userId,
      found.session.company_id,
      `The session ${JSON.stringify(sessionId)}`,
    )
    ctx.body = found
  })

  router.delete('/:session_id', async (ctx) => {
    const { userId } = ctx.state.identity
    const sessionId = ctx.params['session_id']!
    await runs.stopSession(userId, sessionId)
    await store.deleteSession(userId, sessionId)
    ctx.status = 204
  })

  return router
}
