import { antonyms, near, relations, type Related } from './related-words.ts'
import { groups } from './synonyms.ts'
import { irregularForms, root, searchWords } from './words.ts'

/** How well another name for the very same thing meets a search. */
const otherName = 0.9

const keyOf = (words: readonly string[]) => words.map(root).join(' ')

const known = new Map<string, Map<string, number>>()
for (const [phrase, related] of relations()) relate(phrase, related)
for (const group of groups)
  for (const phrase of group)
    for (const other of group) if (other !== phrase) relate(phrase, { phrase: other, strength: otherName })
const opposite = new Map<string, string>()
for (const [word, other] of antonyms()) {
  const key = keyOf(searchWords(word))
  opposite.set(key, opposite.get(key) ?? other)
  relate(other, { phrase: `not ${word}`, strength: near })
}

function relate(phrase: string, { phrase: other, strength }: Related): void {
  const key = keyOf(searchWords(phrase))
  const all = known.get(key) ?? new Map<string, number>()
  known.set(key, all.set(other, Math.max(strength, all.get(other) ?? 0)))
}

const longestPhrase = 4

/** How many words from `at` on are one phrase that the lists know; 1 where it is a word like any other. */
export function phraseLength(words: readonly string[], at: number): number {
  for (let length = Math.min(longestPhrase, words.length - at); length > 1; length--)
    if (known.has(keyOf(words.slice(at, at + length)))) return length
  return 1
}

/** All ways to say a phrase, as it was typed first: "mic" → microphone, voice … */
export function meaningsOf(words: readonly string[]): Related[] {
  const phrase = words.join(' ')
  const found = new Map<string, number>([[phrase, 1]])
  if (words.length === 1) for (const form of formsOf(phrase)) found.set(form, 1)
  for (const [other, strength] of known.get(keyOf(words)) ?? [])
    if (!found.has(other)) found.set(other, strength)
  return [...found].map(([each, strength]) => ({ phrase: each, strength }))
}

/** What "not" with a word means: "not comfortable" → uncomfortable …; undefined where it has no opposite. */
export function oppositeOf(...words: string[]): Related[] | undefined {
  const other = opposite.get(keyOf(words))
  if (other === undefined) return undefined
  const meanings = meaningsOf(searchWords(other)).map(({ phrase, strength }) => ({
    phrase,
    strength: Math.min(strength, otherName),
  }))
  const negated = `not ${words.join(' ')}`
  return [{ phrase: negated, strength: 1 }, ...meanings.filter(({ phrase }) => phrase !== negated)]
}

/** Other forms and spellings that PostgreSQL's stems do not lead to: "broke" of "break", "color" of "colour". */
function formsOf(word: string): string[] {
  const spellings: [RegExp, string][] = [
    [/our(?=s?$|ed$|ing$|ite|ful)/, 'or'],
    [/or(?=s?$|ed$|ing$|ite|ful)/, 'our'],
    [/is(?=e[drs]?$|ing$|ation)/, 'iz'],
    [/iz(?=e[drs]?$|ing$|ation)/, 'is'],
    [/(?<=[aeiou])ll(?=ed$|ing$|ation)/, 'l'],
    [/(?<=[aeiou])l(?=ed$|ing$)/, 'll'],
    [/tre(?=s?$)/, 'ter'],
    [/^grey/, 'gray'],
    [/^gray/, 'grey'],
  ]
  const others =
    word.length < 4
      ? []
      : spellings.flatMap(([from, to]) => (from.test(word) ? [word.replace(from, to)] : []))
  return [...irregularForms(word), ...others]
}
