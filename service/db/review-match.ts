import type { Knex } from 'knex'
import { near } from '../reviews/related-words.ts'
import { relevanceTo, type Searched } from '../reviews/relevance.ts'
import { parseSearch, termOf, type SearchTerm, type SearchTerms } from '../reviews/search-terms.ts'
import { nearestWord } from './misspelling.ts'
import type { SelectedReviews } from './review-filter.ts'
import { isSearchable, termCondition, type TermCondition } from './term-condition.ts'

/** How a typed search applies to rows of `reviews as r`. */
export interface ReviewMatch {
  /** Narrows a query to the reviews that match. */
  narrow(query: Knex.QueryBuilder): Knex.QueryBuilder
  /** Larger is better: a coarse order, in which the best are found among many. */
  score: Knex.Raw
  /** Puts some of the best in their final order. */
  inOrder<Row extends Searched>(rows: Row[]): Row[]
}

/** From how many reviews on it is enough that all terms are met; with fewer, most of the search will do. */
const enough = 10
/** Shares of the search, by the weight of its terms, that a review must meet when fewer meet all: the first that is enough. */
const partsOfIt = [0.45, 0.2]
/** Where even the smallest part is met by fewer, any word will do. */
const tooFew = 3
/** What a term counts that is met by loosely related words only. */
const widely = 0.5
/** Terms of less emphasis need not be met. */
const required = 0.5

/** Weights of the text, product and title of a review (D, C, B, A; D is unused). */
const fieldWeights = '{0.1, 0.6, 0.7, 1.0}'

interface WeighedTerm {
  /** Met by the words typed and others that say the same. */
  close: TermCondition
  /** By loosely related words too. */
  wide: TermCondition
  weight: number
  emphasis: number
}

/**
 * Reads a typed search and finds out what it means for this company's reviews. null where it holds no word at all.
 *
 * A term weighs what it tells apart, by the inverse document frequency of BM25 (Robertson & Zaragoza 2009), because
 * PostgreSQL's own ranks know no frequencies; how often and where it occurs counts through ts_rank, which saturates;
 * terms that stand close together count through ts_rank_cd. The first rows in that order are put in the order of
 * their {@link relevanceTo} the search.
 */
export async function reviewMatch(
  db: Knex,
  companyId: string,
  filtered: SelectedReviews,
  text: string,
  mood = 0,
): Promise<ReviewMatch | null> {
  const parsed = parseSearch(text)
  const typed = { ...parsed, terms: parsed.terms.filter(({ phrases }) => isSearchable(phrases[0]!.phrase)) }
  const found = await weigh(db, companyId, typed)
  const search = await corrected(db, companyId, typed, found)
  const weighed = search === typed ? found : await weigh(db, companyId, search)
  const unwanted =
    search.unwanted.length > 0
      ? termCondition(
          db,
          search.unwanted.map((phrase) => ({ phrase, strength: 1 })),
        )
      : null
  const without = (query: Knex.QueryBuilder) => (unwanted ? query.whereNot(unwanted.met) : query)
  if (weighed.length === 0)
    return unwanted ? { narrow: without, score: db.raw('0'), inOrder: (rows) => rows } : null

  const terms = weighed.flatMap(({ term }) => term ?? [])
  const needed = terms.filter((term) => term.emphasis >= required)
  const strictly = (query: Knex.QueryBuilder) => {
    for (const { close } of needed.length > 0 ? needed : terms) query.where(close.met)
    return without(query)
  }
  const total = terms.reduce((sum, term) => sum + term.weight, 0)
  const met = sum(
    db,
    terms.map(({ close, wide, weight }) =>
      db.raw('?::float8 * greatest((?)::int, ?::float8 * (?)::int)', [weight, close.met, widely, wide.met]),
    ),
  )
  const loosely = (query: Knex.QueryBuilder) => {
    query.where((any) => {
      for (const { wide } of terms) void any.orWhere(wide.met)
    })
    return without(query)
  }
  const partly = (part: number) => (query: Knex.QueryBuilder) =>
    loosely(query).where(db.raw('(?) >= ?', [met, part * total]))
  const reach = async (narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder, wanted: number) => {
    const some = narrow(filtered()).select(db.raw('1')).limit(wanted)
    return Number((await db.from(some.as('found')).count<{ count: string }[]>())[0]!.count) >= wanted
  }
  const levels = [strictly, ...(terms.length > 1 ? partsOfIt.map(partly) : [])]
  let narrow = levels.at(-1)!
  if (terms.length === 1 || !(await reach(narrow, tooFew))) narrow = loosely
  for (const level of levels)
    if (await reach(level, enough)) {
      narrow = level
      break
    }
  const weights = weighed.map(({ term }) => term?.weight ?? 0)
  const relevance = relevanceTo({ ...search, mood: search.mood || mood }, weights)
  return {
    narrow,
    score: db.raw(`(?) + (?) / (1 + 0.25 * ln(1 + length(r.search)))`, [
      met,
      sum(
        db,
        terms.map(({ close, weight }) => db.raw('?::float8 * (?)', [weight, close.rank(fieldWeights)])),
      ),
    ]),
    inOrder(rows) {
      const scored = rows.map((row) => ({ row, score: relevance(row) }))
      return scored.sort((a, b) => b.score - a.score).map(({ row }) => row)
    },
  }
}

/** The same search where words that no review uses are replaced by those that they were probably meant to be. */
async function corrected(
  db: Knex,
  companyId: string,
  search: SearchTerms,
  weighed: { matching: number }[],
): Promise<SearchTerms> {
  const terms: SearchTerm[] = []
  for (const [index, term] of search.terms.entries()) {
    const meant =
      weighed[index]!.matching === 0 ? await nearestWord(db, companyId, term.phrases[0]!.phrase) : null
    terms.push(meant === null ? term : termOf([meant], term.emphasis))
  }
  return terms.every((term, index) => term === search.terms[index]) ? search : { ...search, terms }
}

/** The terms of the search; those that no review of the company meets cannot tell reviews apart and are null. */
async function weigh(
  db: Knex,
  companyId: string,
  { terms }: SearchTerms,
): Promise<{ term: WeighedTerm | null; matching: number }[]> {
  if (terms.length === 0) return []
  const conditions = terms.map(({ phrases, emphasis }) => ({
    close: termCondition(
      db,
      phrases.filter(({ strength }) => strength >= near),
    ),
    wide: termCondition(db, phrases),
    emphasis,
  }))
  const count = (condition?: Knex.Raw) => {
    const reviews = db('reviews as r').where('r.company_id', companyId)
    return db.raw('(?)', [(condition ? reviews.where(condition) : reviews).select(db.raw('count(*)::int'))])
  }
  const { rows } = await db.raw<{ rows: { counts: number[] }[] }>('select array[?] as counts', [
    list(db, [count(), ...conditions.flatMap(({ close, wide }) => [count(close.met), count(wide.met)])]),
  ])
  const [reviews, ...counts] = rows[0]!.counts
  const weighed = conditions.map(({ close, wide, emphasis }, index) => {
    const [closely = 0, anyhow = 0] = counts.slice(2 * index)
    const matching = closely > 0 ? closely : anyhow
    const idf = Math.log(1 + (reviews! - matching + 0.5) / (matching + 0.5))
    return {
      matching: anyhow,
      term: { close: closely > 0 ? close : wide, wide, weight: idf * emphasis, emphasis },
    }
  })
  const used = weighed.some(({ matching }) => matching > 0)
  return weighed.map(({ matching, term }) => ({
    matching,
    term: used && matching === 0 ? null : term,
  }))
}

function sum(db: Knex, parts: Knex.Raw[]): Knex.Raw {
  return db.raw(parts.map(() => '?').join(' + '), parts)
}

function list(db: Knex, parts: Knex.Raw[]): Knex.Raw {
  return db.raw(parts.map(() => '?').join(', '), parts)
}
