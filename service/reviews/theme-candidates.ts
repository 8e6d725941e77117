import type { Passage, Term } from './phrases.ts'
import { passages } from './phrases.ts'
import { neverAlone } from './lexicon.ts'
import type { Sentiment } from './review-source.ts'
import type { Vocabulary } from './vocabulary.ts'
import { stem, wordsOf } from './words.ts'

/** A review as the analysis sees it. */
export interface ThemeReview {
  review_id: string
  title: string | null
  text: string
  rating: number | null
  /** ISO date; without it the review has no part in trends. */
  reviewed_at?: string | null
  /** In the selection, or one of those it is compared with. */
  selected: boolean
}

/** A phrase that may become a theme, with where it is found. */
export interface Candidate {
  terms: Term[]
  keys: string[]
  /** Indexes of selected reviews that mention it. */
  reviews: Set<number>
  /** The passages of them that do, by number. */
  spots: Set<number>
  /** Reviews of the selection and of the comparison, a mention without feeling counts less. */
  here: number
  there: number
  /** The same in any mood, each counted whole. */
  anywhere: { here: number; there: number }
  forms: Map<string, number>
  score: number
}
/** Phrases that are this many standard errors rarer here than in the comparison are not what tells the selection apart. */
const minimumZ = -0.5
/** Weight of the prior, in reviews. */
const priorReviews = 20

/**
 * The phrases of the selected reviews that say what is spoken of: often enough, distinctive, and not what all of the
 * reviews are about. `products`: names that are no theme, while their words may be part of one. `learnt`: from how many of
 * the reviews the vocabulary has learnt.
 */
export function themeCandidates(
  reviews: ThemeReview[],
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
  products: string[],
  learnt: number,
): Candidate[] {
  const selected = reviews.filter((review) => review.selected).length
  // Half of what is expected, as the reviews learnt from are not all.
  const least = Math.floor((0.5 * leastSupport(selected) * learnt) / reviews.length)
  const candidates = mentioned(reviews, vocabulary, sentiment, least)
    .filter((candidate) => candidate.reviews.length >= leastSupport(selected))
    .map((found): Candidate => ({ ...found, reviews: new Set(found.reviews), spots: new Set(found.spots) }))
  for (const candidate of candidates) candidate.score = score(candidate, selected, reviews.length - selected)
  return subjects(candidates, selected, reviews.length, vocabulary, products)
}

export function wholeText(review: ThemeReview): string {
  return review.title ? `${review.title}\n${review.text}` : review.text
}

/** Whether a passage may speak for the selection: a word of praise in a bad review names no problem. */
export function speaks(passage: Passage, sentiment: Sentiment | undefined): boolean {
  if (sentiment === 'negative') return passage.mood <= 0
  if (sentiment === 'positive') return passage.mood >= 0
  return true
}

/** Whether it says so in the mood of the selection. */
export function felt(passage: Passage, sentiment: Sentiment | undefined): boolean {
  if (sentiment === 'negative') return passage.mood < 0
  if (sentiment === 'positive') return passage.mood > 0
  return true
}

/** The same for the same words in any order. */
export function keyOf(terms: Term[]): string {
  if (terms.length === 1) return terms[0]!.key
  return terms
    .map((term) => term.key)
    .sort()
    .join('+')
}

/** Passages of one review that are told apart. */
const mostPassages = 1000

/** A mention without feeling says less; not much less, as problems are often told as plain facts. */
const unfelt = 0.7

/** How a phrase is mostly written shows in its first mentions. */
const enoughForms = 200

/** A candidate while the reviews are read, one after the other. */
interface Mentioned extends Omit<Candidate, 'reviews' | 'spots'> {
  reviews: number[]
  spots: number[]
  /** The last review that mentions it, and how strongly. */
  last: number
  strength: number
}

function mentioned(
  reviews: ThemeReview[],
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
  least: number,
): Mentioned[] {
  const found = new Map<string, Mentioned>()
  // The selection first: what it never mentions need not be counted elsewhere.
  const inOrder = [...reviews.entries()].sort(([, a], [, b]) => Number(b.selected) - Number(a.selected))
  for (const [index, review] of inOrder) {
    const side = review.selected ? 'here' : 'there'
    for (const [number, passage] of passages(wholeText(review), vocabulary, least).entries()) {
      const weight = !speaks(passage, sentiment) ? 0 : felt(passage, sentiment) ? 1 : unfelt
      const spot = index * mostPassages + Math.min(number, mostPassages - 1)
      for (const { terms, readable } of passage.phrases) {
        const key = keyOf(terms)
        let candidate = found.get(key)
        if (candidate === undefined) {
          if (!review.selected || weight === 0) continue
          candidate = newlyMentioned(terms)
          found.set(key, candidate)
        }
        if (candidate.last !== index) {
          candidate.last = index
          candidate.strength = 0
          candidate.anywhere[side]++
        }
        if (weight > candidate.strength) {
          candidate[side] += weight - candidate.strength
          candidate.strength = weight
        }
        if (!review.selected || weight === 0) continue
        if (candidate.reviews.at(-1) !== index) candidate.reviews.push(index)
        if (candidate.spots.at(-1) !== spot) candidate.spots.push(spot)
        if (!readable || candidate.spots.length > enoughForms) continue
        const form = terms.length === 1 ? terms[0]!.form : terms.map((term) => term.form).join(' ')
        candidate.forms.set(form, (candidate.forms.get(form) ?? 0) + 1)
      }
    }
  }
  return [...found.values()]
}

function newlyMentioned(terms: Term[]): Mentioned {
  return {
    terms,
    keys: terms.map((term) => term.key),
    reviews: [],
    spots: [],
    here: 0,
    there: 0,
    anywhere: { here: 0, there: 0 },
    forms: new Map(),
    score: 0,
    last: -1,
    strength: 0,
  }
}

/** By how many standard errors the log-odds of a phrase are higher in the selection than in the comparison. */
export function distinctiveness(
  { here, there }: Pick<Candidate, 'here' | 'there'>,
  total: number,
  compared: number,
): number {
  // Below the whole prior, or what every review mentions would have endless odds.
  const prior = Math.min((priorReviews * (here + there)) / (total + compared), priorReviews - 1)
  const odds = (count: number, of: number) => Math.log((count + prior) / (of + priorReviews - count - prior))
  return (odds(here, total) - odds(there, compared)) / Math.sqrt(1 / (here + prior) + 1 / (there + prior))
}

/** How many speak of it, weighed by how distinctive that is: what many say matters even if others say it too. */
function score(candidate: Candidate, total: number, compared: number): number {
  if (compared === 0) return candidate.here
  const z = distinctiveness(candidate, total, compared)
  return z < minimumZ ? 0 : (z + 3) * candidate.here
}

/**
 * In how many reviews something must come up to be a theme of so many: what two of a hundred mention is chance. It
 * grows with the root of their number, as chance does: 2 of 20, 4 of 100, 9 of 500, 28 of 5,000.
 */
function leastSupport(selected: number): number {
  return selected < 12 ? 1 : Math.max(2, Math.round(0.4 * Math.sqrt(selected)))
}

function subjects(
  frequent: Candidate[],
  selected: number,
  total: number,
  vocabulary: Vocabulary,
  productNames: string[],
): Candidate[] {
  const context = new Set(
    frequent.filter((word) => isContext(word, frequent, selected, total)).map((word) => word.keys[0]!),
  )
  const products = productNames.map((name) => new Set(wordsOf(name.toLowerCase()).map(stem)))
  return frequent.filter(({ score, terms, keys, forms }) => {
    if (score === 0 || forms.size === 0) return false
    if (products.some((product) => keys.every((key) => product.has(key)))) return false
    const telling = terms.filter(
      ({ key, property }) => !context.has(key) && !(aloneRoots.has(key) && !(property && terms.length > 1)),
    )
    if (telling.length === 0) return false
    if (terms.length === 1 && isParticiple(forms) && !vocabulary.isProblem(keys[0]!)) return false
    return terms.every(({ key, property }) => property || vocabulary.naming(key))
  })
}

/** "detailed", "owned": said of something else. */
function isParticiple(forms: ReadonlyMap<string, number>): boolean {
  return [...forms.keys()].every((form) => /[^e]ed$/.test(form))
}

/** What all reviews are about is in this share of the selection and of the others, or in twice of it if there are no others. */
const contextShare = 0.3
/** In this share of both it is, whatever it stands with. */
const contextAnyway = 0.7
/** How often it comes in phrases with other words, the most usual phrase left out. */
const contextPairing = 0.35

/**
 * Whether a word is what all reviews are about ("seat" in reviews of seats): many of them mention it, in phrases with
 * many other words.
 */
function isContext(word: Candidate, candidates: Candidate[], selected: number, total: number): boolean {
  if (word.terms.length !== 1 || word.terms[0]!.property) return false
  const { here, there } = word.anywhere
  const share = total > selected ? Math.min(here / selected, there / (total - selected)) : here / selected / 2
  if (share < contextShare) return false
  if (total > selected && share >= contextAnyway) return true
  const pairs = candidates
    .filter((each) => each.keys.length === 2 && each.keys.includes(word.keys[0]!))
    .map((pair) => pair.anywhere.here + pair.anywhere.there)
  const sum = pairs.reduce((all, pair) => all + pair, 0)
  return sum - Math.max(0, ...pairs) >= contextPairing * (here + there)
}

const aloneRoots = new Set([...neverAlone].flatMap((word) => [word, stem(word)]))
