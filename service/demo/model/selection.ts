import type { ReviewFilter, ReviewProfile } from '../../reviews/review-source.ts'
import type { Period } from './period.ts'
import { periodIn } from './period.ts'
import { withoutWish } from './trouble.ts'
import { isFiller, isPreposition, isSubjectNoun } from './vocabulary.ts'

/** Which reviews a question means, told by what the company's data holds. */
export interface Selection {
  products: string[]
  /** Values named, by column; several of one column are to be compared. */
  attributes: Record<string, string[]>
  ratings: { min_rating?: number; max_rating?: number }
  period: Period
  /** product, rating, sentiment, month, quarter, year or a column. */
  groupBy?: string
  /** What no column knows and the text has to be searched for: "battery life". */
  subject: string
}

interface Word {
  text: string
  stem: string
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

const STARS = { one: 1, two: 2, three: 3, four: 4, five: 5 }
const COUNTED =
  /\b(\d(?:\.\d)?|one|two|three|four|five)[ -]?stars?( (?:or|and) (?:less|lower|below|fewer|worse)| (?:or|and) (?:more|higher|above|better))?/i
const BOUND =
  /\b(?:rated|ratings?|scores?)(?: of)? (below|under|less than|above|over|more than|at least|at most) (\d{1,3}(?:\.\d)?)\b/i

function ratingsIn(text: string): { ratings: Selection['ratings']; rest: string } {
  const stars = COUNTED.exec(text)
  if (stars) {
    const value = STARS[stars[1]!.toLowerCase() as keyof typeof STARS] ?? Number(stars[1])
    const rest = text.replace(stars[0], ' ')
    if (/less|lower|below|fewer|worse/.test(stars[2] ?? '')) return { ratings: { max_rating: value }, rest }
    if (stars[2]) return { ratings: { min_rating: value }, rest }
    return { ratings: { min_rating: value, max_rating: value }, rest }
  }
  const bound = BOUND.exec(text)
  if (!bound) return { ratings: {}, rest: text }
  const value = Number(bound[2])
  const rest = text.replace(bound[0], ' ')
  // Bounds are inclusive; a hundredth is finer than any rating scale in use.
  if (/below|under|less/.test(bound[1]!)) return { ratings: { max_rating: value - 0.01 }, rest }
  if (bound[1] === 'at most') return { ratings: { max_rating: value }, rest }
  return { ratings: { min_rating: bound[1] === 'at least' ? value : value + 0.01 }, rest }
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
  const found: Record<string, string[]> = {}
  for (const { name, value } of candidates) {
    // "business class" speaks of a cabin: a column of travellers with the value Business is not meant.
    const cabin = has(words, `${value} class`) || has(words, `${value} cabin`)
    if (cabin && !/cabin|class/i.test(name)) continue
    if (take(words, value)) {
      found[name] = [...(found[name] ?? []), value]
      if (cabin) take(words, 'class')
    }
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

function wordsOf(text: string): Word[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? []
  return words.map((word) => {
    const bare = word.replace(/['’]s$/, '')
    return { text: bare, stem: /[^su]s$/.test(bare) && bare.length > 3 ? bare.slice(0, -1) : bare }
  })
}

function find(words: Word[], phrase: string): { at: number; length: number } {
  const wanted = wordsOf(phrase)
  const at = words.findIndex((_, start) =>
    wanted.every(({ stem }, offset) => words[start + offset]?.stem === stem),
  )
  return { at: wanted.length === 0 ? -1 : at, length: wanted.length }
}

function has(words: Word[], phrase: string): boolean {
  return find(words, phrase).at >= 0
}

/** Removes the phrase from the words; false where it is not among them. */
function take(words: Word[], phrase: string): boolean {
  const { at, length } = find(words, phrase)
  if (at >= 0) words.splice(at, length)
  return at >= 0
}
