import Router from '@koa/router'
import type { AppState } from './identity.ts'

export interface HealthOptions {
  /** What keeps the service from taking chats, in words; empty = ready. */
  notReady(): Promise<string[]>
}

/** GET /healthz: the process lives. GET /readyz: it can take chats, or why it cannot. */
export function healthRoutes({ notReady }: HealthOptions): Router<AppState> {
  const router = new Router<AppState>()

  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' }
  })

  router.get('/readyz', async (ctx) => {
    const reasons = await notReady()
    ctx.status = reasons.length === 0 ? 200 : 503
    ctx.body = { status: reasons.length === 0 ? 'ready' : 'not_ready', reasons }
  })

  return router
}
