import type { ReviewFilter, ReviewProfile } from '../../reviews/review-source.ts'
import type { Period } from './period.ts'
import { periodIn } from './period.ts'
import { withoutWish } from './trouble.ts'
import type { Ratings } from './ratings.ts'
import { ratingsIn } from './ratings.ts'
import { isFiller, isPreposition, isSubjectNoun } from './vocabulary.ts'
import type { Word } from './words.ts'
import { has, take, wordsOf } from './words.ts'

/** Which reviews a question means, told by what the company's data holds. */
export interface Selection {
  products: string[]
  /** Values named, by column; several of one column are to be compared. */
  attributes: Record<string, string[]>
  ratings: Ratings
  period: Period
  /** product, rating, sentiment, month, quarter, year or a column. */
  groupBy?: string
  /** What no column knows and the text has to be searched for: "battery life". */
  subject: string
}

/** Reads products, columns' values, dates, ratings and the grouping, and what is left as the subject. */
export function selectionOf(question: string, profile: ReviewProfile): Selection {
  const { period, rest } = periodIn(withoutWish(question), profile.dates?.to ?? null)
  const { ratings, rest: text } = ratingsIn(rest)
  const words = wordsOf(text)
  take(words, profile.name)
  take(words, profile.company_id)
  take(words, profile.name.split(/\s+/)[0]!)
  const groupBy = groupIn(words, profile)
  const attributes = attributesIn(words, profile)
  const products = productsIn(words, profile)
  return { products, attributes, ratings, period, ...(groupBy && { groupBy }), subject: subjectIn(words) }
}

/** What a follow-up says holds, and what it does not speak of stays as it was. */
export function followed(selections: Selection[]): Selection {
  return selections.reduce((before, after) => ({
    products: after.products.length > 0 ? after.products : before.products,
    attributes: { ...before.attributes, ...after.attributes },
    ratings: Object.keys(after.ratings).length > 0 ? after.ratings : before.ratings,
    period: Object.keys(after.period).length > 0 ? after.period : before.period,
    ...((after.groupBy ?? before.groupBy) && { groupBy: after.groupBy ?? before.groupBy! }),
    subject: after.subject || before.subject,
  }))
}

/** As a filter; of several values of one kind the first. */
export function filterOf({ products, attributes, ratings, period }: Selection): ReviewFilter {
  const first = Object.entries(attributes).map(([name, values]) => [name, values[0]!])
  return {
    ...(products[0] !== undefined && { product: products[0] }),
    ...(first.length > 0 && { attributes: Object.fromEntries(first) as Record<string, string> }),
    ...ratings,
    ...period,
  }
}

function productsIn(words: Word[], profile: ReviewProfile): string[] {
  const longestFirst = profile.products.map(({ name }) => name).sort((a, b) => b.length - a.length)
  const found = longestFirst.filter((name) => take(words, name))
  if (found.length > 0) return inOrder(found, profile)
  const uses = new Map<string, number>()
  for (const { name } of profile.products)
    for (const { stem } of wordsOf(name)) uses.set(stem, (uses.get(stem) ?? 0) + 1)
  // A word that only some products bear names them too: "A380" is the AIRBUS A380, the most reviewed where several do.
  const byWord = profile.products.filter(({ name }) =>
    wordsOf(name).some(
      ({ text, stem }) =>
        (text.length > 3 || /\d/.test(text)) &&
        !isFiller(stem) &&
        (uses.get(stem)! <= Math.max(1, profile.products.length / 4) || /\d{3}/.test(text)) &&
        take(words, text),
    ),
  )
  return byWord.map(({ name }) => name)
}

function inOrder(names: string[], profile: ReviewProfile): string[] {
  return profile.products.map(({ name }) => name).filter((name) => names.includes(name))
}

function attributesIn(words: Word[], profile: ReviewProfile): Record<string, string[]> {
  const candidates = profile.attributes
    .flatMap(({ name, values }) => values.map((value) => ({ name, value })))
    .filter(({ value }) => /\p{L}{3}/u.test(value) && !wordsOf(value).every(({ stem }) => isFiller(stem)))
    .sort((a, b) => b.value.length - a.value.length)
  const named = candidates.filter(({ name, value }) => {
    // "business class" speaks of a cabin: a column of travellers with the value Business is not meant.
    const cabin = has(words, `${value} class`) || has(words, `${value} cabin`)
    if (cabin && !/cabin|class/i.test(name)) return false
    return take(words, value) && (!cabin || take(words, 'class') || take(words, 'cabin'))
  })
  // "solo travellers" are those of Solo Leisure; places are not known by their first word.
  const begun = candidates.filter(({ name, value }) => {
    const [first, ...others] = wordsOf(value)
    return (
      others.length > 0 &&
      first!.text.length > 3 &&
      !isFiller(first!.stem) &&
      !/country|city|region|place/i.test(name) &&
      !named.some((known) => known.name === name) &&
      take(words, first!.text)
    )
  })
  const found: Record<string, string[]> = {}
  for (const { name, values } of profile.attributes) {
    const kept = values.filter((value) =>
      [...named, ...begun].some((known) => known.name === name && known.value === value),
    )
    if (kept.length > 0) found[name] = kept
  }
  return found
}

const GROUPS: Record<string, string> = {
  product: 'product',
  model: 'product',
  item: 'product',
  rating: 'rating',
  star: 'rating',
  score: 'rating',
  sentiment: 'sentiment',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
}
const GROUP_SIGN = /^(by|per|each|every|across|which|what)$/

function groupIn(words: Word[], profile: ReviewProfile): string | undefined {
  const columns = new Map(Object.entries(GROUPS))
  for (const { name } of profile.attributes) {
    for (const { stem } of wordsOf(name)) if (stem.length >= 4 && !columns.has(stem)) columns.set(stem, name)
  }
  for (const [index, { stem }] of words.entries()) {
    if (!GROUP_SIGN.test(stem)) continue
    const noun = words.slice(index + 1, index + 4).find((word) => columns.has(word.stem))
    // "what is the rating" asks for a figure and not for groups.
    if (!noun || (stem === 'what' && words[index + 1] !== noun)) continue
    words.splice(words.indexOf(noun), 1)
    return columns.get(noun.stem)
  }
  return undefined
}

/** The words after "about", "with", "mention" and the like, else before "complaints", else all that carry meaning. */
function subjectIn(words: Word[]): string {
  const meaning = (part: Word[]) => part.filter(({ stem, text }) => !isFiller(stem) && !/^\d+$/.test(text))
  const preposition = words.findIndex(({ stem }) => isPreposition(stem))
  const after = preposition < 0 ? [] : meaning(words.slice(preposition + 1))
  const noun = words.findIndex(({ stem }) => isSubjectNoun(stem))
  const before = meaning(words.slice(Math.max(0, noun - 2), Math.max(0, noun)))
  const subject = after.length > 0 ? after : before.length > 0 ? before : meaning(words)
  return subject.map(({ text }) => text).join(' ')
}
