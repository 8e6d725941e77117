import type { Knex } from 'knex'
import { near } from '../reviews/related-words.ts'
import type { SearchTerm } from '../reviews/search-terms.ts'
import { termCondition, type TermCondition } from './term-condition.ts'

export interface WeighedTerm {
  /** Met by the words typed and others that say the same. */
  close: TermCondition
  /** By loosely related words too. */
  wide: TermCondition
  weight: number
  emphasis: number
  /** Reviews of the company that meet it. */
  matching: number
}

/** Up to this many reviews of a company their texts are read for what the index cannot tell; it costs 20 µs each. */
const readable = 20_000

/**
 * The terms of a search with what they weigh among a company's reviews: by what they tell apart, the inverse document
 * frequency of BM25 (Robertson & Zaragoza 2009), because PostgreSQL's own ranks know no frequencies.
 */
export async function weighTerms(db: Knex, companyId: string, terms: SearchTerm[]): Promise<WeighedTerm[]> {
  if (terms.length === 0) return []
  const [reviews = 0] = await countOf(db, companyId, [null])
  const conditions = terms.map(({ phrases }) => {
    const closest = phrases.filter(({ strength }) => strength >= near)
    return {
      close: termCondition(db, closest, reviews <= readable),
      wide: termCondition(db, phrases, reviews <= readable),
    }
  })
  const closely = await countOf(
    db,
    companyId,
    conditions.map(({ close }) => close.met),
  )
  const anyhow = await countOf(
    db,
    companyId,
    conditions.map(({ wide }, index) => (closely[index] === 0 ? wide.met : null)),
  )
  return terms.map(({ emphasis }, index) => {
    const { close, wide } = conditions[index]!
    const matching = closely[index]! || anyhow[index]!
    const frequency = Math.log(1 + (reviews - matching + 0.5) / (matching + 0.5))
    return {
      close: closely[index]! > 0 ? close : wide,
      wide,
      weight: frequency * emphasis,
      emphasis,
      matching,
    }
  })
}

/** How many reviews of the company meet each condition; null is none. */
async function countOf(db: Knex, companyId: string, conditions: (Knex.Raw | null)[]): Promise<number[]> {
  const counts = conditions.map((condition) => {
    const reviews = db('reviews as r').where('r.company_id', companyId)
    return db.raw('(?)', [(condition ? reviews.where(condition) : reviews).select(db.raw('count(*)::int'))])
  })
  const { rows } = await db.raw<{ rows: { counts: number[] }[] }>(
    `select array[${counts.map(() => '?').join(', ')}] as counts`,
    counts,
  )
  return rows[0]!.counts
}
