import type { Review } from '../wire.ts'

/**
 * What can be asked of a company's reviews: the port between the team's tools and the database.
 * The company is an argument of its own everywhere, because it comes from the session and never from a model.
 */
export interface ReviewSource {
  /** What the data holds, so that a model can plan; null for an unknown company. */
  profile(companyId: string): Promise<ReviewProfile | null>
  /** Full-text search, best first; without `query` the newest first. */
  search(companyId: string, query: SearchQuery): Promise<SearchResult>
  /** Counts and average ratings, in total and by group. */
  aggregate(companyId: string, query: AggregateQuery): Promise<AggregateResult>
  /** The distinctive subjects of a selection: what it speaks of and the other reviews do not. */
  themes(companyId: string, query: ThemesQuery): Promise<ThemesResult>
  get(companyId: string, reviewId: string): Promise<Review | null>
}

/** By the source's own rating scale: the lowest 40 % of it are negative, the highest 40 % positive. */
export type Sentiment = 'negative' | 'neutral' | 'positive'

/** All given conditions hold together; text comparisons ignore case. */
export interface ReviewFilter {
  sentiment?: Sentiment
  product?: string
  /** On the scale of the profile, inclusive; ratings given on another scale are moved to it in proportion. */
  min_rating?: number
  max_rating?: number
  /** ISO dates, inclusive; reviews of unknown date never match them. */
  from?: string
  to?: string
  /** Other imported columns, by name: {"cabin_flown": "Economy"}. */
  attributes?: Record<string, string>
}

export interface SearchQuery extends ReviewFilter {
  /** Words as typed; quotes and OR work as in web search. */
  query?: string
  /** 1–50, default 10. */
  limit?: number
}
export interface ReviewHit {
  review_id: string
  product: string | null
  rating: number | null
  reviewed_at: string | null
  title: string | null
  /** At most 600 characters around the match. */
  text: string
  /** Only where the rating is on another scale than that of the profile. */
  rating_scale?: { min: number; max: number }
}
export interface SearchResult {
  /** All that match, of which `hits` are the first. */
  total: number
  hits: ReviewHit[]
}

export interface AggregateQuery extends ReviewFilter {
  query?: string
  /** product, rating, sentiment, month, quarter, year, or the name of an imported column; omitted: the total alone. */
  group_by?: string
  /** Groups kept, by count; time and rating groups are all kept. Default 12. */
  limit?: number
}
export interface AggregateRow {
  group: string
  count: number
  average_rating: number | null
  negative_count: number
}
export interface AggregateResult {
  group_by: string | null
  total: number
  average_rating: number | null
  negative_count: number
  /** Time and rating groups in their own order, others by count, largest first. */
  rows: AggregateRow[]
  /** Only where the company's reviews are rated on several scales: the one to which all were moved for the averages. */
  rating_scale?: { min: number; max: number } | null
}

export interface ThemesQuery extends ReviewFilter {
  /** 1–20, default 8. */
  limit?: number
}
export interface Theme {
  /** Readable: "seat comfort", "late delivery". */
  name: string
  /** Reviews of the selection that speak of it. */
  count: number
  /** count / total, 0–1. */
  share: number
  /** The phrases folded into it. */
  phrases: string[]
  /** Up to 3, each a sentence of the review as it stands. */
  examples: { review_id: string; quote: string }[]
  average_rating: number | null
  /** Its share among the earlier and among the later half of the dated selection, 0–1; null without halves. */
  trend?: { earlier: number; later: number } | null
}
export interface ThemesResult {
  /** Reviews in the selection. */
  total: number
  /** Reviews it was compared with. */
  compared_with: number
  /** The dated selection in two halves of about the same number of reviews; null: too few are dated. */
  halves?: { earlier: ThemesPeriod; later: ThemesPeriod } | null
  themes: Theme[]
}
export interface ThemesPeriod {
  /** ISO dates, inclusive. */
  from: string
  to: string
  /** Reviews in it. */
  total: number
}

export interface ReviewProfile {
  company_id: string
  name: string
  synthetic: boolean
  review_count: number
  /** The most frequent one. */
  rating_scale: { min: number; max: number } | null
  /** Only where there are more. */
  other_scales?: { min: number; max: number }[]
  sentiment: { negative: number; neutral: number; positive: number; unrated: number }
  /** ISO dates of the oldest and newest dated review. */
  dates: { from: string; to: string; undated: number } | null
  /** The most reviewed first, at most 30. */
  products: { name: string; count: number }[]
  /** Imported columns with few distinct values, with the most frequent of them. */
  attributes: { name: string; values: string[] }[]
}
