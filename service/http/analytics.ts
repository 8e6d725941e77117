import Router from '@koa/router'
import { z } from 'zod'
import type { Analytics, BillQuery } from '../bill/analytics.ts'
import { parse } from './error-response.ts'
import type { AppContext, AppState } from './identity.ts'
import { limitUpTo } from './limit.ts'

export interface AnalyticsRoutesOptions {
  analytics: Analytics
}

export const analyticsQuery = z.object({
  demo: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  limit: limitUpTo(500),
})

/** The bill in sums, own rows only: GET /api/v1/analytics/{models,sessions,users,queries}. */
export function analyticsRoutes({ analytics }: AnalyticsRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1/analytics' })

  for (const name of ['models', 'sessions', 'users'] as const) {
    router.get(`/${name}`, async (ctx) => {
      ctx.body = { rows: await analytics[name](billQuery(ctx)) }
    })
  }

  router.get('/queries', async (ctx) => {
    const query = billQuery(ctx)
    const [rows, averages] = await Promise.all([analytics.queries(query), analytics.averages(query)])
    ctx.body = { rows, averages }
  })

  return router
}

function billQuery(ctx: AppContext): BillQuery {
  const { demo, limit } = parse(analyticsQuery, ctx.query)
  return { userId: ctx.state.identity.userId, demo: demo === 'true', limit }
}
