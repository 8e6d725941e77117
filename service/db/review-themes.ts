import type { Knex } from 'knex'
import type { ThemesQuery, ThemesResult } from '../reviews/review-source.ts'
import type { ThemeReview } from '../reviews/theme-candidates.ts'
import { findThemesAside } from '../reviews/themes-thread.ts'
import { commonRating, ratingScales } from './rating-scales.ts'
import { filteredReviews } from './review-filter.ts'

/** Themes are found among this many reviews, the newest, so that they cost seconds at most whatever was imported. */
const newest = 20_000
/** Characters of a review that are read. */
const longest = 5_000
/** With fewer than this the like of the selection is no measure, and all other reviews of the company are. */
const fewest = 20

/**
 * The themes of a selection. It is compared with the reviews that meet the same filter in another sentiment
 * (the bad reviews of one product with its other reviews), else with all other reviews of the company.
 */
export async function reviewThemes(db: Knex, companyId: string, query: ThemesQuery): Promise<ThemesResult> {
  const { sentiment, limit, ...rest } = query
  const selected = await filteredReviews(db, companyId, query)
  const alike = await filteredReviews(db, companyId, rest)
  const rating = commonRating(db, await ratingScales(db, companyId))
  const rows = (await db('reviews as r')
    .where('r.company_id', companyId)
    .select(
      'r.review_id',
      'r.title',
      db.raw('left(r.text, ?) as text', [longest]),
      db.raw('(?)::float8 as rating, r.reviewed_at::text as reviewed_at', [rating]),
    )
    .select(db.raw('r.review_id in (?) as selected', [selected().select('r.review_id')]))
    .select(db.raw('r.review_id in (?) as alike', [alike().select('r.review_id')]))
    .orderByRaw('r.reviewed_at desc nulls last, r.review_id')
    .limit(newest)) as (ThemeReview & { alike: boolean })[]
  const likes = rows.filter((row) => row.alike && !row.selected).length
  const reviews = likes >= fewest ? rows.filter((row) => row.alike) : rows
  const company = await db('companies')
    .where('company_id', companyId)
    .first<{ name: string } | undefined>('name')
  const products = await db('reviews')
    .where('company_id', companyId)
    .distinct<{ product: string | null }[]>('product')
    .limit(200)
  return findThemesAside(reviews, {
    limit: Math.min(20, Math.max(1, Math.trunc(limit ?? 8))),
    sentiment,
    brands: [companyId, company?.name ?? ''],
    products: products.flatMap((row) => row.product ?? []),
  })
}
