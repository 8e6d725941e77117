import type { Knex } from 'knex'
import { excerpt } from '../reviews/excerpt.ts'
import type { NewReview } from '../reviews/new-review.ts'
import type { ReviewHit, ReviewSource, SearchQuery, SearchResult } from '../reviews/review-source.ts'
import type { Searched } from '../reviews/relevance.ts'
import type { Review } from '../wire.ts'
import { aggregateReviews } from './review-aggregate.ts'
import { ratingScales } from './rating-scales.ts'
import { filteredReviews } from './review-filter.ts'
import { reviewMatch } from './review-match.ts'
import { reviewProfile } from './review-profile.ts'
import { reviewThemes } from './review-themes.ts'

const hitTextLength = 600
/** Characters of a review that a search reads. */
const searchedLength = 100_000
/** The best of a search that are put in order more carefully. */
const putInOrder = 200

/** Of negative reviews those passages are wanted first that complain. */
const moods = { negative: -1, neutral: 0, positive: 1 } as const

/** A statement carries at most this many reviews and characters, so that long reviews do not fill the memory. */
const mostReviews = 1000
const mostCharacters = 2_000_000

const columns = 'product, title, text, rating, rating_min, rating_max, reviewed_at, author, attributes'

/**
 * The reviews in PostgreSQL, as the team's tools see them. It needs a migrated database and no model, so that search and
 * themes can be tried and measured by themselves:
 *
 *     const source = createReviewSource(openDatabase(url))
 *     await source.search('comp-123', { query: 'battery drains', sentiment: 'negative' })
 *     await source.themes('comp-123', { sentiment: 'negative', limit: 5 })
 *
 * Reviews come in by {@link insertReviews} into a company of ensureCompany, or by `npm run reviews:import`.
 */
export function createReviewSource(db: Knex): ReviewSource {
  return {
    profile: (companyId) => reviewProfile(db, companyId),
    search: (companyId, query) => searchReviews(db, companyId, query),
    aggregate: (companyId, query) => aggregateReviews(db, companyId, query),
    themes: (companyId, query) => reviewThemes(db, companyId, query),
    get: (companyId, reviewId) => getReview(db, companyId, reviewId),
  }
}

type HitRow = ReviewHit & Searched & { scale_min: number | null; scale_max: number | null }

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
    .select(
      db.raw(`r.rating::float8 as rating, r.reviewed_at::text as reviewed_at, r.rating_min::float8 as scale_min,
        r.rating_max::float8 as scale_max`),
    )
    .limit(match ? putInOrder : limit)
  if (match) hits.orderByRaw('? desc', [match.score])
  hits.orderByRaw('r.reviewed_at desc nulls last, r.review_id')
  const [[total], found, { common }] = await Promise.all([
    matching.count<{ count: string }[]>(),
    hits as PromiseLike<HitRow[]>,
    ratingScales(db, companyId),
  ])
  const best = (match ? match.inOrder(found) : found).slice(0, limit)
  return {
    total: Number(total!.count),
    hits: best.map(({ sentiment: _, scale_min: min, scale_max: max, ...hit }) => ({
      ...hit,
      text: excerpt(hit.text, text, hitTextLength),
      ...(min !== null && max !== null && (min !== common?.min || max !== common.max)
        ? { rating_scale: { min, max } }
        : {}),
    })),
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
  return (await write(db, companyId, reviews, 'do nothing')).added
}

/**
 * Adds reviews to a company that exists, and brings those that are there already, by their source key, up to date. An
 * updated review keeps its id, so that what cites it still opens it. No source key may come twice.
 */
export async function saveReviews(
  db: Knex,
  companyId: string,
  reviews: NewReview[],
): Promise<{ added: number; updated: number }> {
  const each = (prefix: string) => columns.replace(/\w+/g, (column) => prefix + column)
  return write(
    db,
    companyId,
    reviews,
    `do update set (${columns}) = row(${each('excluded.')})
       where (${each('reviews.')}) is distinct from (${each('excluded.')})`,
  )
}

async function write(
  db: Knex,
  companyId: string,
  reviews: NewReview[],
  onConflict: string,
): Promise<{ added: number; updated: number }> {
  const written = { added: 0, updated: 0 }
  for (const batch of batchesOf(reviews)) {
    const rows = batch.map(({ rating_scale, ...review }) => ({
      ...review,
      rating_min: rating_scale?.min ?? null,
      rating_max: rating_scale?.max ?? null,
      attributes: review.attributes ?? {},
    }))
    // One parameter for the whole batch: the number of parameters of a statement is limited.
    const result = await db.raw<{ rows: { added: boolean }[] }>(
      `insert into reviews (review_id, company_id, source_key, ${columns})
       select coalesce(review_id, 'r' || nextval('review_number')), ?, source_key, ${columns}
         from jsonb_to_recordset(?::jsonb) as new (review_id text, source_key text, product text, title text, text text,
              rating numeric, rating_min numeric, rating_max numeric, reviewed_at date, author text, attributes jsonb)
       on conflict (company_id, source_key) ${onConflict}
       returning xmax = 0 as added`,
      [companyId, JSON.stringify(rows)],
    )
    const added = result.rows.filter((row) => row.added).length
    written.added += added
    written.updated += result.rows.length - added
  }
  return written
}

function* batchesOf(reviews: NewReview[]): Generator<NewReview[]> {
  let batch: NewReview[] = []
  let characters = 0
  for (const review of reviews) {
    batch.push(review)
    characters += review.text.length
    if (batch.length < mostReviews && characters < mostCharacters) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}
