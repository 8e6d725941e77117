import type { Sentiment } from './review-source.ts'
import { feltWord, moodOf } from './mood.ts'
import { turns } from './lexicon.ts'
import { near } from './related-words.ts'
import { isUnparted, type SearchTerms } from './search-terms.ts'
import { root, searchWords, sentences } from './words.ts'

/** What of a review a search looks at. */
export interface Searched {
  title: string | null
  product: string | null
  text: string
  /** By its rating. */
  sentiment: Sentiment | null
}

/** How much a term counts that is met in the title or the product while the passage speaks of the rest. */
const titleBeside = 0.5
const productBeside = 0.95
/** A passage in the opposite mood says something else ("never hurts" to one who looks for pain). */
const oppositeMood = 0.3
const sameMood = 1.15
/** The same of a plain fact by the rating of its review, which may speak of something else. */
const oppositeRating = 0.8
const sameRating = 1.05
/** Part of the score that the best passage gives; the rest comes from the review as a whole. */
const passageShare = 0.65
/** Each further mention of a term adds this part of the logarithm of their number. */
const mentions = 0.12
const negationReach = 3

interface Pattern {
  term: number
  /** Roots in their order; those before the first may be a "not" within reach. */
  roots: string[]
  negated: boolean
  strength: number
  /** Says the opposite of the term. */
  contrary: boolean
}

/**
 * How well reviews meet a search, for putting those that a database has found in order. `weights` are those of the
 * search's terms.
 *
 * A review is as good as its best passage, a stretch of one mood, and as all of it together: terms that stand in one
 * passage speak of one thing. Other words for a term count by their strength, and where the search has a mood
 * ("hurts", "easy to clean"), passages in the opposite mood count little.
 */
export function relevanceTo(search: SearchTerms, weights: number[]): (review: Searched) => number {
  const patterns = patternsOf(search)
  const letters = search.terms.map((term) =>
    term.phrases.map(({ phrase }) => phrase.toLowerCase()).filter(isUnparted),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const weighed = (evidence: number[]) =>
    evidence.reduce((sum, each, term) => sum + each * weights[term]!, 0) / total

  return ({ title, product, text, sentiment }) => {
    const rated = sentiment === 'negative' ? -1 : sentiment === 'positive' ? 1 : 0
    const none = () => weights.map(() => 0)
    const read = (passage: string[]) => evidenceIn(passage, patterns, letters)
    const ofTitle = title === null ? none() : read(searchWords(title)).met
    const ofProduct = product === null ? none() : read(searchWords(product)).met
    const best = none()
    const count = none()
    let passage = 0
    for (const { words, mood } of [...passagesOf(title ?? ''), ...passagesOf(text)]) {
      const { met: found, contrary } = read(words)
      const factor = contrary ? oppositeMood : agreement(search.mood, mood, rated)
      for (const [term, each] of found.entries()) {
        best[term] = Math.max(best[term]!, each * factor)
        if (each > 0) count[term]!++
      }
      const together = found.map((each, term) =>
        Math.max(each, titleBeside * ofTitle[term]!, productBeside * ofProduct[term]!),
      )
      if (found.some((each) => each > 0)) passage = Math.max(passage, factor * weighed(together))
    }
    const whole = weighed(
      best.map(
        (each, term) =>
          Math.max(each, productBeside * ofProduct[term]!) *
          (1 + mentions * Math.log(Math.max(1, count[term]!))),
      ),
    )
    return passageShare * passage + (1 - passageShare) * whole
  }
}

/** How much a passage counts by its mood, or by the rating of its review where it has none. */
function agreement(wanted: number, mood: number, rated: number): number {
  if (wanted === 0) return 1
  if (mood !== 0) return mood * wanted > 0 ? sameMood : oppositeMood
  return rated === 0 ? 1 : rated * wanted > 0 ? sameRating : oppositeRating
}

function patternsOf({ terms }: SearchTerms): Map<string, Pattern[]> {
  const byFirst = new Map<string, Pattern[]>()
  for (const [term, { phrases, opposites }] of terms.entries())
    for (const { phrase, strength, contrary } of [
      ...phrases.map((each) => ({ ...each, contrary: false })),
      ...opposites.map((each) => ({ phrase: each, strength: 1, contrary: true })),
    ]) {
      const words = searchWords(phrase)
      const negated = words[0] === 'not' && words.length > 1
      const roots = (negated ? words.slice(1) : words).map(root)
      if (roots.length === 0) continue
      const pattern = { term, roots, negated, strength, contrary }
      byFirst.set(roots[0]!, [...(byFirst.get(roots[0]!) ?? []), pattern])
    }
  return byFirst
}

interface Evidence {
  /** For each term the strength of its best phrase. */
  met: number[]
  /** The opposite of a term is said. */
  contrary: boolean
}

function evidenceIn(words: string[], patterns: Map<string, Pattern[]>, letters: string[][]): Evidence {
  const met = letters.map(() => 0)
  const contrary = letters.map(() => 0)
  const found = words.map(root)
  for (const [at, word] of found.entries())
    for (const pattern of patterns.get(word) ?? []) {
      const { term, roots, negated } = pattern
      if (!roots.every((each, index) => found[at + index] === each)) continue
      if (
        negated &&
        !words.slice(Math.max(0, at - negationReach), at).some((each) => feltWord(each).negation)
      )
        continue
      // "not waterproof" holds "waterproof", and yet says the opposite.
      if (pattern.contrary) contrary[term] = Math.max(contrary[term]!, negated ? 1 : near)
      else met[term] = Math.max(met[term]!, pattern.strength)
    }
  for (const [term, signs] of letters.entries())
    if (signs.some((sign) => words.some((word) => word.includes(sign)))) met[term] = 1
  return { met, contrary: contrary.some((each, term) => each === 1 || (each > 0 && met[term]! < each)) }
}

/** A text as stretches of one mood. */
function passagesOf(text: string): { words: string[]; mood: number }[] {
  return sentences(text).flatMap((sentence) => {
    const parts: string[][] = [[]]
    for (const word of searchWords(sentence)) {
      if (turns.has(word)) parts.push([])
      else parts.at(-1)!.push(word)
    }
    return parts
      .filter((words) => words.length > 0)
      .map((words) => ({ words, mood: moodOf(words.map(feltWord)) }))
  })
}
