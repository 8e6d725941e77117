import { neverAlone } from './lexicon.ts'
import { passages, type Passage, type Term } from './phrases.ts'
import type { Sentiment, Theme, ThemesResult } from './review-source.ts'
import { Vocabulary } from './vocabulary.ts'
import { sentences, stem, wordsOf } from './words.ts'

/** A review as the analysis sees it. */
export interface ThemeReview {
  review_id: string
  title: string | null
  text: string
  rating: number | null
  /** In the selection, or one of those it is compared with. */
  selected: boolean
}
export interface ThemesOptions {
  /** Themes wanted at most. */
  limit: number
  /** What the selection was chosen by, if so: its themes leave out what is said in the opposite mood. */
  sentiment?: Sentiment | undefined
  /** Names of the company: nothing to speak of. */
  brands?: string[]
  /** Names of its products, which are no themes, while their words may be part of one. */
  products?: string[]
}

interface Candidate {
  terms: Term[]
  keys: string[]
  /** Indexes of selected reviews that mention it. */
  reviews: Set<number>
  /** Reviews of the selection and of the comparison, those that mention it without feeling counted half. */
  here: number
  there: number
  /** Reviews of both that mention it in any mood. */
  anywhere: number
  forms: Map<string, number>
  score: number
}
interface Group {
  lead: Candidate
  members: Candidate[]
  reviews: Set<number>
}

/** Phrases that are this many standard errors rarer here than in the comparison are not what tells the selection apart. */
const minimumZ = -0.5
/** How words are used shows in this many reviews. */
const enoughToLearn = 4_000
/** Weight of the prior, in reviews. */
const priorReviews = 20

/**
 * What the selected reviews speak of and the others do not, largest first.
 *
 * Phrases are ranked by log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words:
 * Lexical Feature Selection and Evaluation for Identifying the Content of Political Conflict", eq. 15–22) over the
 * number of reviews that use them, the prior being all reviews together. Phrases for the same thing become one theme.
 * Without reviews to compare with, frequency alone ranks. Takes about 0.2 ms per review.
 */
export function findThemes(reviews: ThemeReview[], options: ThemesOptions): ThemesResult {
  const vocabulary = new Vocabulary(options.brands ?? [])
  const every = Math.ceil(reviews.length / enoughToLearn)
  for (const review of reviews.filter((_, index) => index % every === 0))
    for (const sentence of sentences(wholeText(review))) vocabulary.learn(wordsOf(sentence))

  const total = reviews.filter((review) => review.selected).length
  const compared = reviews.length - total
  const candidates = [...mentioned(reviews, vocabulary, options.sentiment).values()]
  for (const candidate of candidates) candidate.score = score(candidate, total, compared)
  const usable = subjects(candidates, total, reviews.length, vocabulary, options.products ?? [])
  const groups = fold(usable, vocabulary)
    .sort((a, b) => b.lead.score - a.lead.score)
    .slice(0, options.limit)
    .sort((a, b) => b.reviews.size - a.reviews.size)
  return {
    total,
    compared_with: compared,
    themes: groups.map((group) => describe(group, reviews, total, vocabulary, options.sentiment)),
  }
}

function wholeText(review: ThemeReview): string {
  return review.title ? `${review.title}\n${review.text}` : review.text
}

/** Whether a passage may speak for the selection: a word of praise in a bad review names no problem. */
function speaks(passage: Passage, sentiment: Sentiment | undefined): boolean {
  if (sentiment === 'negative') return passage.mood <= 0
  if (sentiment === 'positive') return passage.mood >= 0
  return true
}

function felt(passage: Passage, sentiment: Sentiment | undefined): boolean {
  if (sentiment === 'negative') return passage.mood < 0
  if (sentiment === 'positive') return passage.mood > 0
  return true
}

function keyOf(terms: Term[]): string {
  return terms
    .map((term) => term.key)
    .sort()
    .join('+')
}

/** A mention without feeling says less; not much less, as problems are often told as plain facts. */
const unfelt = 0.7

function mentioned(
  reviews: ThemeReview[],
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
): Map<string, Candidate> {
  const found = new Map<string, Candidate>()
  // The selection first: what it never mentions need not be counted elsewhere.
  const inOrder = [...reviews.entries()].sort(([, a], [, b]) => Number(b.selected) - Number(a.selected))
  for (const [index, review] of inOrder) {
    const strength = new Map<Candidate, number>()
    for (const passage of passages(wholeText(review), vocabulary)) {
      const weight = !speaks(passage, sentiment) ? 0 : felt(passage, sentiment) ? 1 : unfelt
      for (const { terms, readable } of passage.phrases) {
        const key = keyOf(terms)
        let candidate = found.get(key)
        if (candidate === undefined) {
          if (!review.selected || weight === 0) continue
          const keys = terms.map((term) => term.key)
          candidate = {
            terms,
            keys,
            reviews: new Set(),
            here: 0,
            there: 0,
            anywhere: 0,
            forms: new Map(),
            score: 0,
          }
          found.set(key, candidate)
        }
        strength.set(candidate, Math.max(weight, strength.get(candidate) ?? 0))
        if (!review.selected || weight === 0) continue
        candidate.reviews.add(index)
        if (readable) {
          const form = terms.map((term) => term.form).join(' ')
          candidate.forms.set(form, (candidate.forms.get(form) ?? 0) + 1)
        }
      }
    }
    for (const [candidate, weight] of strength) {
      candidate[review.selected ? 'here' : 'there'] += weight
      candidate.anywhere++
    }
  }
  return found
}

/** How many speak of it, weighed by the standard errors of the log-odds: what many say matters even if others say it too. */
function score({ here, there }: Candidate, total: number, compared: number): number {
  if (compared === 0) return here
  const prior = (priorReviews * (here + there)) / (total + compared)
  const odds = (count: number, of: number) => Math.log((count + prior) / (of + priorReviews - count - prior))
  const z = (odds(here, total) - odds(there, compared)) / Math.sqrt(1 / (here + prior) + 1 / (there + prior))
  return z < minimumZ ? 0 : (z + 2) * here
}
/** The candidates that say what is spoken of: often enough, distinctive, and not what all of the reviews are about. */
function subjects(
  candidates: Candidate[],
  selected: number,
  total: number,
  vocabulary: Vocabulary,
  productNames: string[],
): Candidate[] {
  const minimum = selected < 12 ? 1 : Math.max(2, Math.ceil(selected * 0.012))
  const frequent = candidates.filter((candidate) => candidate.reviews.size >= minimum)
  const context = new Set(
    frequent.filter((word) => isContext(word, frequent, total)).map((word) => word.keys[0]!),
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

const contextShare = 0.3
const contextPairing = 0.45

/**
 * Whether a word is what all reviews are about ("seat" in reviews of seats): it is in many of them, and in phrases
 * with many others rather than alone.
 */
function isContext(word: Candidate, candidates: Candidate[], total: number): boolean {
  if (word.terms.length !== 1 || word.terms[0]!.property || word.anywhere < contextShare * total) return false
  const pairs = candidates.filter((each) => each.keys.length === 2 && each.keys.includes(word.keys[0]!))
  return pairs.reduce((sum, pair) => sum + pair.anywhere, 0) >= contextPairing * word.anywhere
}

const aloneRoots = new Set([...neverAlone].flatMap((word) => [word, stem(word)]))

function overlap(a: Set<number>, b: Set<number>): number {
  let both = 0
  for (const index of a) if (b.has(index)) both++
  return both
}

const within = (a: string[], b: string[]) => a.every((key) => b.includes(key))

/** Phrases for the same thing become one group, led by the best of them; a word comes before the phrases it is in. */
function fold(candidates: Candidate[], vocabulary: Vocabulary): Group[] {
  const pairs = candidates.filter((candidate) => candidate.keys.length === 2)
  const rank = new Map<Candidate, number>()
  for (const candidate of candidates) {
    const holding =
      candidate.keys.length === 1 ? pairs.filter((pair) => pair.keys.includes(candidate.keys[0]!)) : []
    if (isCollection(candidate, holding, vocabulary)) continue
    rank.set(candidate, Math.max(candidate.score, ...holding.map((pair) => pair.score + 1e-9)))
  }
  const groups: Group[] = []
  for (const [candidate] of [...rank].sort((a, b) => b[1] - a[1])) {
    const home = groups.find((group) => sameTheme(candidate, group, pairs))
    if (home === undefined) {
      groups.push({ lead: candidate, members: [candidate], reviews: new Set(candidate.reviews) })
      continue
    }
    home.members.push(candidate)
    for (const index of candidate.reviews) home.reviews.add(index)
  }
  return groups
}

/**
 * Whether a word is the common part of several subjects and none itself: "app" of "app login" and "app price".
 * What goes wrong with a thing ("battery drains") is no subject beside it ("battery life").
 */
function isCollection(word: Candidate, holding: Candidate[], vocabulary: Vocabulary): boolean {
  const large = holding.filter(
    ({ reviews, keys }) =>
      reviews.size >= Math.max(3, 0.25 * word.reviews.size) && !keys.some((key) => vocabulary.isProblem(key)),
  )
  return large.some((a) => large.some((b) => a !== b && jaccard(a.reviews, b.reviews) < 0.2))
}

function jaccard(a: Set<number>, b: Set<number>): number {
  const both = overlap(a, b)
  return both / (a.size + b.size - both)
}

function sameTheme(candidate: Candidate, group: Group, pairs: Candidate[]): boolean {
  const both = overlap(candidate.reviews, group.reviews)
  const smaller = Math.min(candidate.reviews.size, group.reviews.size)
  if (both >= 3 && both / (candidate.reviews.size + group.reviews.size - both) >= 0.6) return true
  if (within(group.lead.keys, candidate.keys)) return true
  if (candidate.keys.length > 1) {
    return group.lead.keys.some((key) => candidate.keys.includes(key)) && both >= 0.6 * smaller
  }
  // "attitude" is mostly said of staff, so that it is no theme beside it.
  const together = pairs.find(
    (pair) => pair.keys.includes(candidate.keys[0]!) && within(group.lead.keys, pair.keys),
  )
  return together !== undefined && together.reviews.size >= 0.5 * candidate.reviews.size
}

function describe(
  group: Group,
  reviews: ThemeReview[],
  total: number,
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
): Theme {
  const rated = [...group.reviews].map((index) => reviews[index]!.rating).filter((rating) => rating !== null)
  const sum = rated.reduce((all, rating) => all + rating, 0)
  return {
    name: nameOf(group),
    count: group.reviews.size,
    share: Math.round((group.reviews.size / total) * 1000) / 1000,
    phrases: [...new Set(group.members.map(usualForm))].slice(0, 8),
    examples: examplesOf(group, reviews, vocabulary, sentiment),
    average_rating: rated.length > 0 ? Math.round((sum / rated.length) * 100) / 100 : null,
  }
}

function usualForm(candidate: Candidate): string {
  return [...candidate.forms].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0]
}

/** Two words say more than one where they cover enough of the theme. */
function nameOf(group: Group): string {
  // A lead that stands for two words already ("customer service") says enough.
  if (group.lead.keys.length > 1 || group.lead.keys[0]!.includes(' ')) return usualForm(group.lead)
  const pairs = group.members.filter(
    (member) =>
      member.keys.length === 2 &&
      within(group.lead.keys, member.keys) &&
      member.reviews.size >= 0.25 * group.reviews.size,
  )
  return usualForm(pairs.sort((a, b) => b.reviews.size - a.reviews.size)[0] ?? group.lead)
}

const shortest = 25
const longest = 220

function examplesOf(
  group: Group,
  reviews: ThemeReview[],
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
): Theme['examples'] {
  const keys = new Set(group.members.map((member) => keyOf(member.terms)))
  const lead = keyOf(group.lead.terms)
  const quotes: { review_id: string; quote: string; worth: number }[] = []
  for (const index of [...group.reviews].slice(0, 200)) {
    const review = reviews[index]!
    const written = sentences(wholeText(review))
    let best: { quote: string; worth: number } | undefined
    for (const passage of passages(wholeText(review), vocabulary)) {
      const named = passage.phrases.map((phrase) => keyOf(phrase.terms)).filter((key) => keys.has(key))
      if (named.length === 0 || !speaks(passage, sentiment)) continue
      const quote = written[passage.sentence]!
      const worth =
        (named.includes(lead) ? 2 : 0) +
        (felt(passage, sentiment) ? 1.5 : 0) +
        Math.min(named.length, 3) * 0.3 -
        (quote.length < shortest ? 2 : 0) -
        (quote === review.title ? 1 : 0) -
        Math.max(0, quote.length - longest) / 60 -
        quote.length / 200
      if (best === undefined || worth > best.worth) best = { quote, worth }
    }
    if (best) quotes.push({ review_id: review.review_id, ...best })
  }
  return quotes
    .sort((a, b) => b.worth - a.worth)
    .slice(0, 3)
    .map(({ review_id, quote }) => ({ review_id, quote }))
}
