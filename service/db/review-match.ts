import type { Knex } from 'knex'
import { parseSearch } from '../reviews/search-terms.ts'
import type { SelectedReviews } from './review-filter.ts'

/** How a typed search applies to rows of `reviews as r`. */
export interface ReviewMatch {
  /** Narrows a query to the reviews that match. */
  narrow(query: Knex.QueryBuilder): Knex.QueryBuilder
  /** Larger is better. */
  score: Knex.Raw
}

/** From how many reviews on it is enough that all terms are met; with fewer, most of the search will do. */
const enough = 10
/** Share of the search, by the weight of its terms, that a review must meet when few meet all; of two terms, one is enough. */
const mostOfIt = 0.45
const oneOfTwo = 0.2

/** Weights of the text, product and title of a review (D, C, B, A; D is unused). */
const fieldWeights = '{0.1, 0.6, 0.7, 1.0}'

interface WeighedTerm {
  query: string
  weight: number
}

/**
 * Reads a typed search and finds out what it means for this company's reviews.
 *
 * A term weighs what it tells apart, by the inverse document frequency of BM25 (Robertson & Zaragoza 2009), because
 * PostgreSQL's own ranks know no frequencies; how often and where it occurs counts through ts_rank, which saturates;
 * terms that stand close together count through ts_rank_cd. null where the search holds no word at all.
 */
export async function reviewMatch(
  db: Knex,
  companyId: string,
  filtered: SelectedReviews,
  text: string,
): Promise<ReviewMatch | null> {
  const { terms, unwanted } = parseSearch(text)
  const weighed = await weigh(db, companyId, terms)
  const without = unwanted.length > 0 ? db.raw('not r.search @@ (?)', [anyOf(db, unwanted)]) : null
  if (weighed === null) {
    if (without === null) return null
    return { narrow: (query) => query.where(without), score: db.raw('0') }
  }

  const all = db.raw(weighed.map(() => '?::tsquery').join(' && '), queries(weighed))
  const any = db.raw(weighed.map(() => '?::tsquery').join(' || '), queries(weighed))
  const total = weighed.reduce((sum, term) => sum + term.weight, 0)
  const met = db.raw(
    weighed.map(() => '?::float8 * (r.search @@ ?::tsquery)::int').join(' + '),
    weighed.flatMap((term) => [term.weight, term.query]),
  )
  const narrowest = (query: Knex.QueryBuilder) => {
    query.where(db.raw('r.search @@ (?)', [all]))
    return without ? query.where(without) : query
  }
  const meetingAll = narrowest(filtered()).select(db.raw('1')).limit(enough)
  const count = (await db.from(meetingAll.as('found')).count<{ count: string }[]>())[0]!.count
  const strict = Number(count) >= enough || weighed.length === 1

  return {
    narrow(query) {
      if (strict) return narrowest(query)
      query.where(
        db.raw('r.search @@ (?) and (?) >= ?', [
          any,
          met,
          (weighed.length === 2 ? oneOfTwo : mostOfIt) * total,
        ]),
      )
      return without ? query.where(without) : query
    },
    score: db.raw(
      `((${weighed
        .map(
          () =>
            `?::float8 * (r.search @@ ?::tsquery)::int * ts_rank('${fieldWeights}', r.search, ?::tsquery)`,
        )
        .join(
          ' + ',
        )}) / (1 + 0.25 * ln(1 + length(r.search))) + ?::float8 * ts_rank_cd('${fieldWeights}', r.search, ?))`,
      [...weighed.flatMap((term) => [term.weight, term.query, term.query]), 0.1 * total, all],
    ),
  }
}

/** null: no term has a word. Terms that no review of the company uses cannot tell reviews apart and are left out. */
async function weigh(db: Knex, companyId: string, terms: string[][]): Promise<WeighedTerm[] | null> {
  if (terms.length === 0) return null
  const list = db.raw(
    terms.map(() => '(?)').join(', '),
    terms.map((term) => anyOf(db, term)),
  )
  const { rows } = await db.raw<{ rows: { query: string; matching: number; reviews: number }[] }>(
    `select term.query::text as query,
            (select count(*)::int from reviews r where r.company_id = ? and r.search @@ term.query) as matching,
            (select count(*)::int from reviews r where r.company_id = ?) as reviews
       from (values ?) as term (query) where numnode(term.query) > 0`,
    [companyId, companyId, list],
  )
  if (rows.length === 0) return null
  const used = rows.filter((row) => row.matching > 0)
  return (used.length > 0 ? used : rows).map((row) => ({
    query: row.query,
    weight: Math.log(1 + (row.reviews - row.matching + 0.5) / (row.matching + 0.5)),
  }))
}

function anyOf(db: Knex, phrases: string[]): Knex.Raw {
  return db.raw(phrases.map(() => `phraseto_tsquery('english', ?)`).join(' || '), phrases)
}

function queries(terms: WeighedTerm[]): string[] {
  return terms.map((term) => term.query)
}
