import type { Knex } from 'knex'
import type { RatingScale } from '../reviews/rating.ts'

/** The scales on which a company's reviews are rated. */
export interface RatingScales {
  /** The most frequent, on which ratings of all are compared; null: nothing is rated. */
  common: RatingScale | null
  others: RatingScale[]
}

export async function ratingScales(db: Knex, companyId: string): Promise<RatingScales> {
  const [common = null, ...others] = (await db('reviews')
    .where('company_id', companyId)
    .whereNotNull('rating')
    .whereNotNull('rating_min')
    .select(db.raw('rating_min::float8 as min, rating_max::float8 as max'))
    .groupBy('rating_min', 'rating_max')
    .orderByRaw('count(*) desc, rating_max, rating_min')) as RatingScale[]
  return { common, others }
}

/** The rating of `reviews as r` on the common scale: what came on another is moved to it in proportion, 4 of 5 to 7.75 of 10. */
export function commonRating(db: Knex, { common, others }: RatingScales): Knex.Raw {
  if (common === null || others.length === 0) return db.raw('r.rating')
  const { min, max } = common
  return db.raw(
    `case when r.rating_min is null or (r.rating_min = ? and r.rating_max = ?) then r.rating
          else ?::numeric + (r.rating - r.rating_min) / (r.rating_max - r.rating_min) * ?::numeric end`,
    [min, max, min, max - min],
  )
}
