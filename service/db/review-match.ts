import type { Knex } from 'knex'
import { relevanceTo, type Searched } from '../reviews/relevance.ts'
import { parseSearch, termOf, type SearchTerm } from '../reviews/search-terms.ts'
import { nearestWord } from './misspelling.ts'
import type { SelectedReviews } from './review-filter.ts'
import { isSearchable, termCondition } from './term-condition.ts'
import { weighTerms, type WeighedTerm } from './term-weights.ts'

/** How a typed search applies to rows of `reviews as r`. */
export interface ReviewMatch {
  /** Narrows a query to the reviews that match. */
  narrow: Narrowing
  /** Larger is better: a coarse order, in which the best are found among many. */
  score: Knex.Raw
  /** Puts some of the best in their final order. */
  inOrder<Row extends Searched>(rows: Row[]): Row[]
}
type Narrowing = (query: Knex.QueryBuilder) => Knex.QueryBuilder

/** From how many reviews on it is enough that all terms are met; with fewer, part of the search will do. */
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

/**
 * Reads a typed search and finds out what it means for this company's reviews. null where it holds no word at all.
 * `mood` is that of the reviews wanted, if the search has none of its own.
 *
 * PostgreSQL finds the reviews and the first of them: how often and where a term occurs counts through ts_rank, which
 * saturates. Those are put in the order of their {@link relevanceTo} the search.
 */
export async function reviewMatch(
  db: Knex,
  companyId: string,
  filtered: SelectedReviews,
  text: string,
  mood = 0,
): Promise<ReviewMatch | null> {
  const parsed = parseSearch(text)
  const typed = parsed.terms.filter(({ phrases }) => isSearchable(phrases[0]!.phrase))
  const unwanted = parsed.unwanted.filter(isSearchable).map((phrase) => ({ phrase, strength: 1 }))
  const without = unwanted.length > 0 ? termCondition(db, unwanted, true).met : null
  if (typed.length === 0) {
    if (without === null) return null
    return { narrow: (query) => query.whereNot(without), score: db.raw('0'), inOrder: (rows) => rows }
  }

  const found = await weighTerms(db, companyId, typed)
  const terms = await corrected(db, companyId, typed, found)
  const weighed = terms.every((term, index) => term === typed[index])
    ? found
    : await weighTerms(db, companyId, terms)
  // What no review meets cannot tell reviews apart.
  const used = weighed.filter(({ matching }) => matching > 0)
  const asTyped = terms.flatMap(({ quoted }, index) => (quoted ? weighed[index]!.close.met : []))
  const always: Narrowing = (query) => {
    for (const met of asTyped) query.where(met)
    return without ? query.whereNot(without) : query
  }
  const relevance = relevanceTo(
    { ...parsed, terms, mood: parsed.mood || mood },
    weighed.map(({ weight }) => weight),
  )
  return {
    narrow:
      used.length === 0 ? (query) => query.whereRaw('false') : await narrowest(db, filtered, used, always),
    score: db.raw(`(?) + (?) / (1 + 0.25 * ln(1 + length(r.search)))`, [
      metBy(db, used),
      sum(
        db,
        used.map(({ close, weight }) => db.raw('?::float8 * (?)', [weight, close.rank(fieldWeights)])),
      ),
    ]),
    inOrder(rows) {
      const scored = rows.map((row) => ({ row, score: relevance(row) }))
      return scored.sort((a, b) => b.score - a.score).map(({ row }) => row)
    },
  }
}

/** As much of the search as enough reviews meet: all of it, part of it or any word. */
async function narrowest(
  db: Knex,
  filtered: SelectedReviews,
  terms: WeighedTerm[],
  always: Narrowing,
): Promise<Narrowing> {
  const needed = terms.filter((term) => term.emphasis >= required)
  const all: Narrowing = (query) => {
    for (const { close } of needed.length > 0 ? needed : terms) query.where(close.met)
    return always(query)
  }
  const any: Narrowing = (query) => {
    query.where((either) => {
      for (const { wide } of terms) void either.orWhere(wide.met)
    })
    return always(query)
  }
  const total = terms.reduce((weight, term) => weight + term.weight, 0)
  const parts = partsOfIt.map(
    (part): Narrowing =>
      (query) =>
        any(query).where(db.raw('(?) >= ?', [metBy(db, terms), part * total])),
  )
  const atLeast = async (wanted: number, narrow: Narrowing) => {
    const some = narrow(filtered()).select(db.raw('1')).limit(wanted)
    return Number((await db.from(some.as('found')).count<{ count: string }[]>())[0]!.count) >= wanted
  }
  for (const narrow of terms.length > 1 ? [all, ...parts] : [all])
    if (await atLeast(enough, narrow)) return narrow
  const widest = parts.at(-1)!
  return terms.length > 1 && (await atLeast(tooFew, widest)) ? widest : any
}

/** The weight of the terms that a review meets, as SQL. */
function metBy(db: Knex, terms: WeighedTerm[]): Knex.Raw {
  const each = terms.map(({ close, wide, weight }) =>
    db.raw('?::float8 * greatest((?)::int, ?::float8 * (?)::int)', [weight, close.met, widely, wide.met]),
  )
  return sum(db, each)
}

/** The same terms where words that no review uses are replaced by those that they were probably meant to be. */
async function corrected(
  db: Knex,
  companyId: string,
  terms: SearchTerm[],
  weighed: WeighedTerm[],
): Promise<SearchTerm[]> {
  const meant: SearchTerm[] = []
  for (const [index, term] of terms.entries()) {
    const unknown = weighed[index]!.matching === 0 && !term.quoted
    const word = unknown ? await nearestWord(db, companyId, term.phrases[0]!.phrase) : null
    meant.push(word === null ? term : termOf([word], term.emphasis))
  }
  return meant
}

function sum(db: Knex, parts: Knex.Raw[]): Knex.Raw {
  return db.raw(parts.map(() => '?').join(' + ') || '0', parts)
}
