import type { Knex } from 'knex'
import type { ReviewProfile } from '../reviews/review-source.ts'
import { ratingScales } from './rating-scales.ts'

/** An imported column is worth telling a model about if it has at most this many values. */
const fewValues = 25
const namedValues = 12
/** The values of imported columns are read from this many reviews, the newest, so that it costs the same at any size. */
const sampled = 5000

/** What the company's reviews hold; null for an unknown company. */
export async function reviewProfile(db: Knex, companyId: string): Promise<ReviewProfile | null> {
  const company = await db('companies')
    .where('company_id', companyId)
    .first<{ name: string; synthetic: boolean } | undefined>('name', 'synthetic')
  if (!company) return null
  const reviews = () => db('reviews').where('company_id', companyId)
  const [scales, figures, products, attributes] = await Promise.all([
    ratingScales(db, companyId),
    reviews()
      .select(
        db.raw(`count(*)::int as review_count,
          (count(*) filter (where sentiment = 'negative'))::int as negative,
          (count(*) filter (where sentiment = 'neutral'))::int as neutral,
          (count(*) filter (where sentiment = 'positive'))::int as positive,
          (count(*) filter (where sentiment is null))::int as unrated,
          min(reviewed_at)::text as first_day, max(reviewed_at)::text as last_day,
          (count(*) filter (where reviewed_at is null))::int as undated`),
      )
      .first(),
    reviews()
      .whereNotNull('product')
      .select(db.raw('mode() within group (order by product) as name, count(*)::int as count'))
      .groupByRaw('lower(product)')
      .orderByRaw('count(*) desc, lower(product)')
      .limit(30),
    db.raw<{ rows: { name: string; values: string[] }[] }>(
      `with newest as (
         select attributes from reviews where company_id = ? order by reviewed_at desc nulls last, review_id limit ?
       ), counted as (
         select key as name, value, count(*) as uses, count(*) over (partition by key) as distinct_values
           from newest, jsonb_each_text(attributes) where value is not null and value <> ''
          group by key, value
       )
       select name, (array_agg(left(value, 60) order by uses desc, value))[1:?] as values
         from counted where distinct_values <= ? group by name order by name`,
      [companyId, sampled, namedValues, fewValues],
    ),
  ])
  return {
    company_id: companyId,
    name: company.name,
    synthetic: company.synthetic,
    review_count: figures.review_count,
    rating_scale: scales.common,
    ...(scales.others.length > 0 && { other_scales: scales.others }),
    sentiment: {
      negative: figures.negative,
      neutral: figures.neutral,
      positive: figures.positive,
      unrated: figures.unrated,
    },
    dates: figures.first_day
      ? { from: figures.first_day, to: figures.last_day, undated: figures.undated }
      : null,
    products,
    attributes: attributes.rows,
  }
}
