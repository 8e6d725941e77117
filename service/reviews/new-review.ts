import type { Review } from '../wire.ts'

/** A review on its way into the database. */
export interface NewReview {
  /** What makes it the same review at a second import, unique within the company. */
  source_key: string
  /** Omitted: a short one is given. */
  review_id?: string
  product?: string | null
  title?: string | null
  text: string
  rating?: number | null
  /** The source's scale; without it a rating is neither negative nor positive. */
  rating_scale?: { min: number; max: number } | null
  /** ISO date. */
  reviewed_at?: string | null
  author?: string | null
  attributes?: Review['attributes']
}
