import {
  ambiguous,
  beforeAdjectives,
  beforeNouns,
  beforeVerbs,
  blame,
  commonNames,
  feeling,
  links,
  nounsInLy,
  praise,
  problemVerbs,
  properties,
  stopWords,
  turns,
} from './lexicon.ts'
import { feltWord, type Felt } from './mood.ts'
import { standsFor } from './synonyms.ts'
import { stem, wordsOf } from './words.ts'

const problemRoots: ReadonlySet<string> = new Set([...problemVerbs].map(stem))

const eases: ReadonlySet<string> = new Set(['easy', 'easier', 'simple', 'hard', 'difficult', 'impossible'])

/** All that is known of a word, looked up once. */
export interface Word extends Felt {
  /** What is counted: the stem, or what stands for it. */
  key: string
  /** What it says of a thing, if so: "comfort". */
  property: string | undefined
  /** Names no subject: function words, feelings, numbers, proper names. */
  empty: boolean
  /** May stand between a subject and what is said of it. */
  link: boolean
  /** A new mood begins here. */
  turn: boolean
}

/** What must be known of all texts before subjects can be told from names and verbs: learn first, then ask. */
export class Vocabulary {
  private readonly written = new Map<string, { uses: number; capital: number; small: number }>()
  private readonly nouns = new Map<string, number>()
  private readonly others = new Map<string, number>()
  private readonly cues = new Map<string, Map<string, number> | null>()
  private readonly words = new Map<string, Word>()
  private readonly brands: ReadonlySet<string>
  private uses: Map<string, number> | undefined
  private compounds: Map<string, Map<string, string>> | undefined

  /** `brands`: names of the company and its like, which are no subject. */
  constructor(brands: Iterable<string>) {
    this.brands = new Set([...brands].flatMap((name) => wordsOf(name.toLowerCase().replace(/[-_]/g, ' '))))
  }

  /** Takes in one sentence. */
  learn(words: string[]): void {
    const lower = words.map((word) => word.toLowerCase())
    // In a title or where everything is in capitals they tell nothing.
    const telling = words.filter((word, at) => word !== lower[at]).length <= words.length / 2
    for (const [at, word] of lower.entries()) {
      let counted = this.written.get(word)
      if (counted === undefined) this.written.set(word, (counted = { uses: 0, capital: 0, small: 0 }))
      counted.uses++
      if (at === 0) continue
      if (telling && words[at] === word) counted.small++
      else if (telling) counted.capital++
      // What is "easy to pitch" is spoken of for its pitching.
      const announced =
        lower[at - 1] === 'to' && eases.has(lower[at - 2] ?? '')
          ? this.nouns
          : this.announcedBy(lower[at - 1]!)
      if (announced !== null) count(announced, stem(word))
    }
  }

  /** What a word makes of the next one. */
  private announcedBy(before: string): Map<string, number> | null {
    let announced = this.cues.get(before)
    if (announced === undefined) {
      if (beforeVerbs.has(before) || beforeAdjectives.has(before)) announced = this.others
      else if (beforeNouns.has(before) || praise.has(before) || blame.has(before)) announced = this.nouns
      else announced = null
      this.cues.set(before, announced)
    }
    return announced
  }

  /** Whether a theme may be named by the key: nouns and verbs that name a problem. What nothing is known of may be one. */
  naming(key: string): boolean {
    if (this.isProblem(key)) return true
    const nouns = this.nouns.get(key) ?? 0
    return nouns + 0.5 >= 0.4 * (nouns + (this.others.get(key) ?? 0) + 1)
  }

  /** A verb that names a problem by itself: "crash". */
  isProblem(key: string): boolean {
    return problemRoots.has(key)
  }

  /** Whether what was learnt holds the key less often than `least`: then no phrase with it can be frequent. */
  isRare(key: string, least: number): boolean {
    if (this.uses === undefined) {
      this.uses = new Map()
      for (const [form, { uses }] of this.written) {
        const { key: known } = this.word(form)
        this.uses.set(known, (this.uses.get(known) ?? 0) + uses)
      }
    }
    return (this.uses.get(key) ?? least) < least
  }

  word(form: string): Word {
    let word = this.words.get(form)
    if (word === undefined) this.words.set(form, (word = this.describe(form)))
    return word
  }

  /** The key of two words that are one subject: "leg room" beside "legroom", "customer support". */
  compound(first: Word, second: Word): string | undefined {
    this.compounds ??= this.findCompounds()
    return this.compounds.get(first.form)?.get(second.form)
  }

  private describe(form: string): Word {
    const unhyphened = form.replace('-', '')
    if (unhyphened !== form && this.written.has(unhyphened)) return { ...this.word(unhyphened), form }
    const same = standsFor.get(form) ?? standsFor.get(form.replace(/s$/, ''))
    const property = ambiguous.has(form) && !this.describes(form) ? undefined : properties.get(form)
    const stop = stopWords.has(form) || links.has(form) || stopWords.has(form.replace(/'s$/, ''))
    const problem = problemRoots.has(stem(form))
    const feels = praise.has(form) || blame.has(form) || feeling.has(form)
    return {
      ...feltWord(form),
      key: property ?? keyOf(same ?? form),
      property,
      empty:
        property === undefined &&
        ((stop && !problem) ||
          (feels && !problem) ||
          (/..ly$/.test(form) && !nounsInLy.has(form)) ||
          form.length < 2 ||
          /\d/.test(form) ||
          this.isName(form)),
      link: links.has(form) || feels,
      turn: turns.has(form),
    }
  }

  /** Said of things more than a thing itself. */
  private describes(form: string): boolean {
    return (this.others.get(stem(form)) ?? 0) > (this.nouns.get(stem(form)) ?? 0)
  }

  /** Proper names are mostly written with a capital within a sentence. */
  private isName(form: string): boolean {
    if (this.brands.has(form)) return true
    if (commonNames.has(form)) return false
    const counted = this.written.get(form)
    return counted !== undefined && counted.capital > 0.7 * counted.small
  }

  private findCompounds(): Map<string, Map<string, string>> {
    const found = new Map<string, Map<string, string>>()
    const add = (first: string, second: string, key: string) => {
      const seconds = found.get(first) ?? new Map<string, string>()
      found.set(first, seconds.set(second, key))
    }
    for (const word of this.written.keys())
      for (let at = 3; at <= word.length - 3; at++) {
        const [first, second] = [word.slice(0, at), word.slice(at)]
        if (!this.written.has(first) || !this.written.has(second)) continue
        if (!this.word(first).empty && !stopWords.has(second)) add(first, second, this.word(word).key)
      }
    for (const [phrase, same] of standsFor) {
      const [first, second] = phrase.split(' ')
      if (second === undefined) continue
      add(first!, second, keyOf(same))
      add(first!, `${second}s`, keyOf(same))
    }
    return found
  }
}

function keyOf(phrase: string): string {
  return phrase.split(' ').map(stem).join(' ')
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
