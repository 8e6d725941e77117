import type { Knex } from 'knex'
import { excerpt } from '../reviews/excerpt.ts'
import type { NewReview } from '../reviews/new-review.ts'
import type { ReviewHit, ReviewSource, SearchQuery, SearchResult } from '../reviews/review-source.ts'
import type { Searched } from '../reviews/relevance.ts'
import type { Review } from '../wire.ts'
import { aggregateReviews } from './review-aggregate.ts'
import { filteredReviews } from './review-filter.ts'
import { reviewMatch } from './review-match.ts'
import { reviewProfile } from './review-profile.ts'
import { reviewThemes } from './review-themes.ts'

const hitTextLength = 600
const batchSize = 1000
/** Characters of a review that a search reads. */
const searchedLength = 100_000
/** The best of a search that are put in order more carefully. */
const putInOrder = 200

/** Of negative reviews those passages are wanted first that complain. */
const moods = { negative: -1, neutral: 0, positive: 1 } as const

/** The reviews in PostgreSQL, as the team's tools see them. */
export function createReviewSource(db: Knex): ReviewSource {
  return {
    profile: (companyId) => reviewProfile(db, companyId),
    search: (companyId, query) => searchReviews(db, companyId, query),
    aggregate: (companyId, query) => aggregateReviews(db, companyId, query),
    themes: (companyId, query) => reviewThemes(db, companyId, query),
    get: (companyId, reviewId) => getReview(db, companyId, reviewId),
  }
}

async function searchReviews(db: Knex, companyId: string, query: SearchQuery): Promise<SearchResult> {
  const limit = Math.min(50, Math.max(1, Math.trunc(query.limit ?? 10)))
  const filtered = await filteredReviews(db, companyId, query)
  const text = query.query?.trim() ?? ''
  const match =
    text === '' ? null : await reviewMatch(db, companyId, filtered, text, moods[query.sentiment ?? 'neutral'])
  const matching = match ? match.narrow(filtered()) : filtered()
  const hits = matching
    .clone()
    .select(
      'r.review_id',
      'r.product',
      'r.title',
      'r.sentiment',
      db.raw('left(r.text, ?) as text', [searchedLength]),
    )
    .select(db.raw('r.rating::float8 as rating, r.reviewed_at::text as reviewed_at'))
    .limit(match ? putInOrder : limit)
  if (match) hits.orderByRaw('? desc', [match.score])
  hits.orderByRaw('r.reviewed_at desc nulls last, r.review_id')
  const [[total], found] = await Promise.all([
    matching.count<{ count: string }[]>(),
    hits as PromiseLike<(ReviewHit & Searched)[]>,
  ])
  const best = (match ? match.inOrder(found) : found).slice(0, limit)
  return {
    total: Number(total!.count),
    hits: best.map(({ sentiment: _, ...hit }) => ({ ...hit, text: excerpt(hit.text, text, hitTextLength) })),
  }
}

async function getReview(db: Knex, companyId: string, reviewId: string): Promise<Review | null> {
  const row = (await db('reviews')
    .where({ company_id: companyId, review_id: reviewId })
    .select('review_id', 'company_id', 'product', 'title', 'text', 'author', 'attributes')
    .select(
      db.raw(`rating::float8 as rating, reviewed_at::text as reviewed_at,
        case when rating_min is not null then json_build_object('min', rating_min, 'max', rating_max) end as rating_scale`),
    )
    .first()) as Review | undefined
  return row ?? null
}

/** Adds reviews to a company that exists; those that are there already stay as they are. Returns how many were added. */
export async function insertReviews(db: Knex, companyId: string, reviews: NewReview[]): Promise<number> {
  let added = 0
  for (let at = 0; at < reviews.length; at += batchSize) {
    const batch = reviews.slice(at, at + batchSize).map(({ rating_scale, ...review }) => ({
      ...review,
      rating_min: rating_scale?.min ?? null,
      rating_max: rating_scale?.max ?? null,
      attributes: review.attributes ?? {},
    }))
    // One parameter for the whole batch: the number of parameters of a statement is limited.
    const result = await db.raw<{ rowCount: number }>(
      `insert into reviews (review_id, company_id, source_key, product, title, text, rating, rating_min, rating_max,
                            reviewed_at, author, attributes)
       select coalesce(review_id, 'r' || nextval('review_number')), ?, source_key, product, title, text, rating,
              rating_min, rating_max, reviewed_at, author, attributes
         from jsonb_to_recordset(?::jsonb) as new (review_id text, source_key text, product text, title text, text text,
              rating numeric, rating_min numeric, rating_max numeric, reviewed_at date, author text, attributes jsonb)
       on conflict do nothing`,
      [companyId, JSON.stringify(batch)],
    )
    added += result.rowCount
  }
  return added
}
