import { moodOf } from './mood.ts'
import type { Vocabulary, Word } from './vocabulary.ts'
import { sentences, wordsOf } from './words.ts'

/** One word of a phrase. */
export interface Term {
  /** What is counted: a stem, or what stands for it. */
  key: string
  /** As it reads in a name. */
  form: string
  /** Names a property of something: "comfort". */
  property: boolean
}
/** Up to three words that speak of one subject, found in one place of a text. */
interface Phrase {
  terms: Term[]
  /** In an order that can be read aloud: the words stand side by side, or name a thing and its property. */
  readable: boolean
}
/** A stretch of a sentence that is in one mood. */
export interface Passage {
  /** Index of the sentence within the text. */
  sentence: number
  /** Below 0: complains; above 0: praises. */
  mood: number
  phrases: Phrase[]
}

/** What a text speaks of, passage by passage; of words that come up fewer times than `least` no longer phrases. */
export function passages(text: string, vocabulary: Vocabulary, least = 0): Passage[] {
  return sentences(text).flatMap((sentence, index) =>
    splitAtTurns(sentence, vocabulary).map((clauses) => ({
      sentence: index,
      mood: moodOf(clauses.flat()),
      phrases: clauses.flatMap((words) => phrasesOf(words, vocabulary, least)),
    })),
  )
}

/** A sentence as stretches of one mood, each as clauses. */
function splitAtTurns(sentence: string, vocabulary: Vocabulary): Word[][][] {
  const parts: Word[][][] = [[]]
  for (const clause of sentence.toLowerCase().split(/[,;:()"“”/&]|\s[-–—]+\s|[.!?]\s/u)) {
    let words: Word[] = []
    const close = () => {
      if (words.length > 0) parts.at(-1)!.push(words)
      words = []
    }
    for (const form of wordsOf(clause)) {
      const word = vocabulary.word(form)
      if (word.turn) {
        close()
        if (parts.at(-1)!.length > 0) parts.push([])
      } else if (form === 'and' || form === 'or') close()
      else words.push(word)
    }
    close()
  }
  return parts.filter((part) => part.length > 0)
}

interface Placed extends Term {
  from: number
  to: number
}

/** How many links may stand between the two words of a phrase. */
const linkReach = 3

function phrasesOf(words: Word[], vocabulary: Vocabulary, least: number): Phrase[] {
  const terms = termsOf(words, vocabulary)
  const phrases: Phrase[] = terms.map((term) => ({ terms: [term], readable: true }))
  for (const [index, first] of terms.entries()) {
    const second = terms[index + 1]
    if (second === undefined || second.key === first.key) continue
    if (least > 0 && (vocabulary.isRare(first.key, least) || vocabulary.isRare(second.key, least))) continue
    const gap = second.from - first.to
    if (gap > linkReach) continue
    const between = words.slice(first.to, second.from)
    if (!second.property && isOf(between)) {
      // "recline of the seat" is the seat recline.
      phrases.push({ terms: [second, first], readable: true })
      continue
    }
    const adjacent = gap === 0
    if (!between.every((word) => word.link)) continue
    if (first.property !== second.property) {
      const [thing, property] = first.property ? [second, first] : [first, second]
      phrases.push({ terms: [{ ...thing, form: singular(thing.form) }, property], readable: true })
    } else phrases.push({ terms: [first, second], readable: adjacent })
    const third = terms[index + 2]
    if (adjacent && third?.from === second.to && !third.property && third.key !== first.key)
      phrases.push({ terms: [first, second, third], readable: !first.property && !second.property })
  }
  return phrases
}

function termsOf(words: Word[], vocabulary: Vocabulary): Placed[] {
  const found: Placed[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const next = words[at + 1]
    const joined = next && vocabulary.compound(word, next)
    if (joined !== undefined) {
      found.push({ key: joined, form: `${word.form} ${next!.form}`, property: false, from: at, to: at + 2 })
      at++
    } else if (!word.empty) {
      const property = word.property !== undefined
      found.push({ key: word.key, form: word.property ?? word.form, property, from: at, to: at + 1 })
    }
  }
  return found
}

function isOf(words: Word[]): boolean {
  return (
    words[0]?.form === 'of' &&
    (words.length === 1 || (words.length === 2 && /^(?:the|my|your|an?)$/.test(words[1]!.form)))
  )
}

/** "seats" → "seat", as names of properties are built: "seat comfort". */
function singular(form: string): string {
  return /[^su]s$/.test(form) && form.length > 3 ? form.replace(/ies$/, 'y').replace(/s$/, '') : form
}
