import Router from '@koa/router'
import { notFound } from '../errors.ts'
import type { ReviewSource } from '../reviews/review-source.ts'
import type { Company, Me } from '../wire.ts'
import type { AppState, CompanyAccess } from './identity.ts'

export interface ReviewRoutesOptions {
  companies: CompanyAccess & {
    list(userId: string): Promise<Company[]>
    defaultFor(userId: string): Promise<string | null>
  }
  companyOfReview(reviewId: string): Promise<string | null>
  reviews: Pick<ReviewSource, 'get'>
  /** What does not depend on who asks. */
  service: Pick<Me, 'auth_mode' | 'provider' | 'jaeger_ui_url'>
}

/** GET /api/v1/companies, /reviews/:id and /me. */
export function reviewRoutes({
  companies,
  companyOfReview,
  reviews,
  service,
}: ReviewRoutesOptions): Router<AppState> {
  const router = new Router<AppState>({ prefix: '/api/v1' })

  router.get('/companies', async (ctx) => {
    ctx.body = { companies: await companies.list(ctx.state.identity.userId) }
  })

  router.get('/reviews/:review_id', async (ctx) => {
    const reviewId = ctx.params['review_id']!
    const companyId = await companyOfReview(reviewId)
    const allowed = companyId !== null && (await companies.mayUse(ctx.state.identity.userId, companyId))
    const review = allowed ? await reviews.get(companyId, reviewId) : null
    if (!review) throw notFound(`The review ${JSON.stringify(reviewId)}`)
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
