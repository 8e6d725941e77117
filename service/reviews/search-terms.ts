import { alternatives } from './synonyms.ts'

/** A typed search: every term should be met, a term by any of its phrases. */
export interface SearchTerms {
  terms: string[][]
  /** Phrases that must not occur. */
  unwanted: string[]
}

/** Words of a question that say nothing about what the reviews are about. */
const filler = new Set(
  (
    'a about all also an and any are as at be been being but by can complain complained complaining complains ' +
    'came come comes coming complaint complaints could customer customers did do does for from gap gaps get gets give go goes going had has have he her ' +
    'him his how i if in into is issue issues it its keep keeps kept list me mention mentioned mentioning mentions most my of on ' +
    'off opinion opinions or our people problem problems product products regarding report review reviewer reviewers ' +
    'reviews said say saying says she show so some tell that the their them there these they thing things this ' +
    'really those to top us user users very was we were what when where which who why will with would you your'
  ).split(' '),
)

const longestPhrase = 3

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu) ?? []
}

/** The phrase as typed and what else it may be called; plural forms find their singular's synonyms. */
function meanings(phrase: string): string[] {
  const known = alternatives.get(phrase) ?? alternatives.get(phrase.replace(/s$/, '')) ?? []
  return [phrase, ...known]
}

function termsOf(text: string): string[][] {
  const found = words(text)
  const meant = found.filter((word) => !filler.has(word))
  const all = meant.length > 0 ? meant : found
  const terms: string[][] = []
  for (let at = 0; at < all.length;) {
    let length = Math.min(longestPhrase, all.length - at)
    while (length > 1 && !alternatives.has(all.slice(at, at + length).join(' '))) length--
    terms.push(meanings(all.slice(at, at + length).join(' ')))
    at += length
  }
  if (meant.length === 0) return terms
  // "head phones" also means "headphones": the joined word meets both terms.
  for (let at = 1; at < terms.length; at++) {
    const joined = `${terms[at - 1]![0]!}${terms[at]![0]!}`
    if (joined.includes(' ')) continue
    terms[at - 1]!.push(joined)
    terms[at]!.push(joined)
  }
  return terms
}

/**
 * Reads a search as people type it: quotes keep words together, OR offers a choice, a leading minus excludes.
 * Words that carry no subject ("what do customers say about") are left out, synonyms come in as further choices.
 */
export function parseSearch(text: string): SearchTerms {
  const terms: string[][] = []
  const unwanted: string[] = []
  let choice = false
  const add = (more: string[][]) => {
    if (choice && terms.length > 0 && more.length > 0) terms.at(-1)!.push(...more.shift()!)
    terms.push(...more)
    choice = false
  }
  for (const [, minus, quoted, loose] of text.matchAll(/(?<!\S)(-?)"([^"]+)"|((?:(?!(?<!\S)-?").)+)/gsu)) {
    if (quoted !== undefined) {
      const phrase = words(quoted).join(' ')
      if (phrase === '') continue
      if (minus) unwanted.push(phrase)
      else add([[phrase]])
      continue
    }
    for (const [part, or] of splitAtOr(loose ?? '')) {
      const excluded = part.match(/(?<!\S)-[\p{L}\p{N}]\S*/gu) ?? []
      unwanted.push(...excluded.flatMap((word) => words(word)))
      add(termsOf(part.replace(/(?<!\S)-[\p{L}\p{N}]\S*/gu, ' ')))
      choice = or
    }
  }
  return { terms: terms.map((term) => [...new Set(term)]), unwanted }
}

/** The pieces between ORs, each with whether an OR follows it. */
function splitAtOr(text: string): [string, boolean][] {
  const pieces = text.split(/(?<!\S)(?:OR|\|)(?!\S)/u)
  return pieces.map((piece, at) => [piece, at < pieces.length - 1])
}
