import Router from '@koa/router'
import { notFound } from '../errors.ts'
import type { Company, Me, Review } from '../wire.ts'
import type { AppState, CompanyAccess } from './identity.ts'

export interface ReviewRoutesOptions {
  companies: CompanyAccess & {
    list(userId: string): Promise<Company[]>
    defaultFor(userId: string): Promise<string | null>
  }
  findReview(reviewId: string): Promise<Review | null>
  /** What does not depend on who asks. */
  service: Pick<Me, 'auth_mode' | 'provider' | 'jaeger_ui_url'>
}

/** GET /api/v1/companies, /reviews/:id and /me. */
export function reviewRoutes({ companies, findReview, service }: ReviewRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1' })

  router.get('/companies', async (ctx) => {
    ctx.body = { companies: await companies.list(ctx.state.identity.userId) }
  })

  router.get('/reviews/:review_id', async (ctx) => {
    const reviewId = ctx.params['review_id']!
    const review = await findReview(reviewId)
    const allowed = review && (await companies.mayUse(ctx.state.identity.userId, review.company_id))
    if (!allowed) throw notFound(`The review ${JSON.stringify(reviewId)}`)
    ctx.body = review
  })

  router.get('/me', async (ctx) => {
    const { userId } = ctx.state.identity
    ctx.body = {
      user_id: userId,
      default_company_id: await companies.defaultFor(userId),
      ...service,
    } satisfies Me
  })

  return router
}
