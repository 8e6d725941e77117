import { excerpt } from './excerpt.ts'
import { passages } from './phrases.ts'
import type { Sentiment, Theme, ThemesResult } from './review-source.ts'
import { felt, keyOf, speaks, themeCandidates, wholeText, type ThemeReview } from './theme-candidates.ts'
import { foldThemes, nameOf, usualForm, type ThemeGroup } from './theme-groups.ts'
import { halvesOf, trendOf } from './theme-trend.ts'
import { Vocabulary } from './vocabulary.ts'
import { sentences, wordsOf } from './words.ts'

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

/** How words are used shows in this many reviews. */
const enoughToLearn = 2_500
/** Reviews that a selection is compared with at most. */
const enoughToCompare = 2_500
/**
 * What the selected reviews speak of and the others do not, largest first.
 *
 * Phrases are ranked by log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words:
 * Lexical Feature Selection and Evaluation for Identifying the Content of Political Conflict", eq. 15–22) over the
 * number of reviews that use them, the prior being all reviews together. Phrases for the same thing become one theme.
 * Without reviews to compare with, frequency alone ranks. Takes about 0.2 ms per review.
 */
export function findThemes(given: ThemeReview[], options: ThemesOptions): ThemesResult {
  const reviews = withFewerOthers(given)
  const vocabulary = new Vocabulary(options.brands ?? [])
  const every = Math.ceil(reviews.length / enoughToLearn)
  const learnt = reviews.filter((_, index) => index % every === 0)
  for (const review of learnt)
    for (const sentence of sentences(wholeText(review))) vocabulary.learn(wordsOf(sentence))

  const total = reviews.filter((review) => review.selected).length
  const candidates = themeCandidates(
    reviews,
    vocabulary,
    options.sentiment,
    options.products ?? [],
    learnt.length,
  )
  const groups = foldThemes(candidates, vocabulary, total, reviews.length - total)
    .sort((a, b) => b.lead.score - a.lead.score)
    .slice(0, options.limit)
    .sort((a, b) => b.reviews.size - a.reviews.size)
  const halves = halvesOf(reviews)
  return {
    total,
    compared_with: reviews.length - total,
    halves,
    themes: groups.map((group) => ({
      ...describe(group, reviews, total, vocabulary, options.sentiment),
      trend: trendOf(
        [...group.reviews].map((index) => reviews[index]!),
        halves,
      ),
    })),
  }
}

/** The selection is read whole; how often others speak of something shows in some of them. */
function withFewerOthers(reviews: ThemeReview[]): ThemeReview[] {
  const others = reviews.filter((review) => !review.selected)
  const every = Math.ceil(others.length / enoughToCompare)
  const read = new Set(others.filter((_, index) => index % every === 0))
  return reviews.filter((review) => review.selected || read.has(review))
}

function describe(
  group: ThemeGroup,
  reviews: ThemeReview[],
  total: number,
  vocabulary: Vocabulary,
  sentiment: Sentiment | undefined,
): Theme {
  const rated = [...group.reviews].map((index) => reviews[index]!.rating).filter((rating) => rating !== null)
  const sum = rated.reduce((all, rating) => all + rating, 0)
  return {
    name: nameOf(group, sentiment),
    count: group.reviews.size,
    share: Math.round((group.reviews.size / total) * 1000) / 1000,
    phrases: [...new Set(group.members.map(usualForm))].slice(0, 8),
    examples: examplesOf(group, reviews, vocabulary, sentiment),
    average_rating: rated.length > 0 ? Math.round((sum / rated.length) * 100) / 100 : null,
  }
}

const shortest = 25
const longest = 220
/** Reviews without full stops are one endless sentence. */
const quoteLength = 300

function examplesOf(
  group: ThemeGroup,
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
    .map(({ review_id, quote }) => ({
      review_id,
      quote: excerpt(quote, nameOf(group, undefined), quoteLength),
    }))
}
