import { phraseLength, meaningsOf, oppositeOf } from './meanings.ts'
import { feltWord, moodOf } from './mood.ts'
import { near, type Related } from './related-words.ts'
import { searchWords } from './words.ts'

/** One thing that a search asks for. */
export interface SearchTerm {
  /** What meets it: as typed first, then other words for it by how well they say the same. */
  phrases: Related[]
  /** How much of the search it is, 0–1: "very" and "terrible" say less than "battery". */
  emphasis: number
  /** What says the opposite. */
  opposites: string[]
  /** Stood in quotes: nothing else will do. */
  quoted: boolean
}
/** A typed search: every term should be met, a term by any of its phrases. */
export interface SearchTerms {
  terms: SearchTerm[]
  /** Phrases that must not occur. */
  unwanted: string[]
  /** Below 0: it asks for complaints; above 0: for praise. */
  mood: number
}

/** Words of a question that say nothing about what the reviews are about. */
const filler = new Set(
  `a about all also am an and any anyone are around as at be been being but by can could customer customers did do does
   doesn't don't didn't for from get gets getting give gives giving go goes going had has have having he her him his how i i'm if in into is
   it its it's issue issues just keep keeping keeps kept let list me mention mentioned mentioning mentions my of on off one opinion
   opinions or our ours out over people product products regarding report reported reports review reviewer reviewers reviews said say saying says
   she should show so some someone such tell than that the their them then there these they thing things this those to too top
   us use used user users using very was we were what what's when where which while who whom why will with would you your
   yours been after before because during until while up down more most much many lot lots`.split(/\s+/),
)

/** These ask for complaints or praise rather than for a subject. */
const asksForMood: ReadonlyMap<string, -1 | 1> = new Map([
  ...'complain complained complaining complains complaint complaints problem problems gap gaps issue issues trouble'
    .split(' ')
    .map((word): [string, -1] => [word, -1]),
  ...'praise praised strength strengths'.split(' ').map((word): [string, 1] => [word, 1]),
])

/** Said of anything: they tell reviews apart less than what they are said of. */
const slight = new Set(
  `again always amazing any anymore awful bad badly best better big constant constantly decent enough ever every excellent
   extremely fantastic good great greatly horrible incredibly longer love loved make makes never nice often only perfect pretty
   poor poorly quite rather really still super suddenly terrible terribly totally completely worst worse new old
   work works working time times day days long need want one two three four five six seven eight nine ten few several
   half double`.split(/\s+/),
)
const slightEmphasis = 0.3

const negation = /^(?:not|no|never|cannot|without|\p{L}+n't)$/u

/** A search may be pasted text; more terms than this tell nothing more. */
const mostTerms = 24
const longestSearch = 2_000

/** Scripts whose words PostgreSQL's parser cannot tell apart, and signs that it leaves out. */
const unparted =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+|\p{Extended_Pictographic}/gu

/** Whether a phrase is to be looked for letter by letter. */
export const isUnparted = (phrase: string) => phrase.search(unparted) >= 0

function termsOf(text: string): SearchTerm[] {
  const signs = [...text.matchAll(unparted)].map(([sign]) => asTyped(sign, false))
  const words = searchWords(text.replace(unparted, ' '))
  const meant = words.some((word) => !filler.has(word) && !asksForMood.has(word))
  const terms: SearchTerm[] = []
  for (let at = 0; at < words.length;) {
    const length = phraseLength(words, at)
    const typed = words.slice(at, at + length)
    const [word] = typed
    at += length
    if (length === 1 && meant && (filler.has(word!) || asksForMood.has(word!))) continue
    if (length === 1 && negation.test(word!)) {
      const next = words.slice(at).findIndex((each) => !filler.has(each) && !negation.test(each))
      const meanings = next < 0 || next > 2 ? undefined : oppositeOf(words[at + next]!)
      if (meanings === undefined) continue
      terms.push({ phrases: meanings, emphasis: 1, opposites: [words[at + next]!], quoted: false })
      at += next + 1
      continue
    }
    const emphasis = length === 1 && (slight.has(word!) || /^\d+$/.test(word!)) ? slightEmphasis : 1
    terms.push(termOf(typed, emphasis))
  }
  return [...withCompounds(terms), ...signs]
}

/** "head phones" also means "headphones": the joined word meets both terms. */
function withCompounds(terms: SearchTerm[]): SearchTerm[] {
  for (const [at, second] of terms.entries()) {
    const first = terms[at - 1]
    if (first === undefined) continue
    const joined = `${first.phrases[0]!.phrase}${second.phrases[0]!.phrase}`
    if (joined.includes(' ')) continue
    for (const term of [first, second]) term.phrases.push({ phrase: joined, strength: 1 })
  }
  return terms
}

const asTyped = (phrase: string, quoted: boolean): SearchTerm => ({
  phrases: [{ phrase, strength: 1 }],
  emphasis: 1,
  opposites: [],
  quoted,
})

/** A term of these words with all that they may mean. */
export function termOf(words: string[], emphasis = 1): SearchTerm {
  const against = oppositeOf(...words) ?? []
  const opposites = against.filter(({ strength }) => strength >= near).map(({ phrase }) => phrase)
  return { phrases: meaningsOf(words), emphasis, opposites, quoted: false }
}

/**
 * Reads a search as people type it: quotes keep words together, OR offers a choice, a leading minus excludes.
 * Words that carry no subject ("what do customers say about") are left out, other words for the same come in as
 * further choices, and "not comfortable" is what is uncomfortable.
 */
export function parseSearch(search: string): SearchTerms {
  const text = search.slice(0, longestSearch).replaceAll('\0', ' ').replace(/[’`´]/g, "'")
  const terms: SearchTerm[] = []
  const unwanted: string[] = []
  let choice = false
  const add = (more: SearchTerm[]) => {
    const [first, ...others] = more
    if (choice && first && terms.length > 0) {
      terms.at(-1)!.phrases.push(...first.phrases)
      terms.push(...others)
    } else terms.push(...more)
    choice = false
  }
  for (const [, minus, quoted, loose] of text.matchAll(/(?<!\S)(-?)"([^"]+)"|((?:(?!(?<!\S)-?").)+)/gsu)) {
    if (quoted !== undefined) {
      const phrase = isUnparted(quoted) ? quoted.trim() : searchWords(quoted).join(' ')
      if (phrase === '') continue
      if (minus) unwanted.push(phrase)
      else add([asTyped(phrase, true)])
      continue
    }
    for (const [part, or] of splitAtOr(loose ?? '')) {
      const excluded = part.match(/(?<!\S)-[\p{L}\p{N}]\S*/gu) ?? []
      unwanted.push(...excluded.flatMap((word) => searchWords(word)))
      add(termsOf(part.replace(/(?<!\S)-[\p{L}\p{N}]\S*/gu, ' ')))
      choice = or
    }
  }
  const words = searchWords(text)
  const asked = words.reduce((sum, word) => sum + (asksForMood.get(word) ?? 0), 0)
  return {
    terms: distinct(terms).slice(0, mostTerms),
    unwanted: unwanted.slice(0, mostTerms),
    mood: Math.sign(moodOf(words.map(feltWord)) + asked),
  }
}

/** Each term once, and in it each phrase once, at its best. */
function distinct(terms: SearchTerm[]): SearchTerm[] {
  const seen = new Set<string>()
  const kept: SearchTerm[] = []
  for (const { phrases, ...term } of terms) {
    const best = new Map<string, number>()
    for (const { phrase, strength } of phrases) best.set(phrase, Math.max(strength, best.get(phrase) ?? 0))
    const key = [...best.keys()].join('\n')
    if (seen.has(key)) continue
    seen.add(key)
    kept.push({ phrases: [...best].map(([phrase, strength]) => ({ phrase, strength })), ...term })
  }
  return kept
}

/** The pieces between ORs, each with whether an OR follows it. */
function splitAtOr(text: string): [string, boolean][] {
  const pieces = text.split(/(?<!\S)(?:OR|\|)(?!\S)/u)
  return pieces.map((piece, at) => [piece, at < pieces.length - 1])
}
