import { blame, negations, praise } from './lexicon.ts'

/** What a word says of how its writer feels. */
export interface Felt {
  /** In lower case. */
  form: string
  mood: -1 | 0 | 1
  negation: boolean
}

export function feltWord(form: string): Felt {
  const negation = negations.has(form)
  return { form, mood: negation ? 0 : blame.has(form) ? -1 : praise.has(form) ? 1 : 0, negation }
}

/** How far back a "not" reaches. */
const negationReach = 3
/** What is too quiet or hard to clean is no praise. */
const spoilers = new Set(['too', 'hard', 'difficult', 'impossible', 'less'])

/** Below 0: complains; above 0: praises. A negated complaint is half a praise. */
export function moodOf(words: readonly Felt[]): number {
  let mood = 0
  for (const [at, word] of words.entries()) {
    if (word.mood === 0) {
      if (word.negation) mood -= 0.3
      continue
    }
    const lead = words.slice(Math.max(0, at - negationReach), at)
    const negated = lead.some((each) => each.negation)
    if (word.mood < 0) mood += negated ? 0.5 : -1
    else mood += negated || lead.some((each) => spoilers.has(each.form)) ? -1 : 1
  }
  return mood
}
