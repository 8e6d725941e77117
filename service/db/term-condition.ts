import type { Knex } from 'knex'
import type { Related } from '../reviews/related-words.ts'
import { isUnparted } from '../reviews/search-terms.ts'
import { searchWords } from '../reviews/words.ts'

/** How one term of a search applies to rows of `reviews as r`. */
export interface TermCondition {
  met: Knex.Raw
  /** 0–1: how often and where it is met. */
  rank(fieldWeights: string): Knex.Raw
}

/** english.stop of PostgreSQL: its full-text search cannot find these words. */
const unsearchable = new Set(
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it
   its itself they them their theirs themselves what which who whom this that these those am is are was were be been
   being have has had having do does did doing a an the and but if or because as until while of at by for with about
   against between into through during before after above below to from up down in out on off over under again further
   then once here there when where why how all any both each few more most other some such no nor not only own same so
   than too very s t can will just don should now`.split(/\s+/),
)

const negations = `(?:not|no|never|cannot|without|hardly|barely|[[:alpha:]]+n['’]t|dont|doesnt|didnt|wont|cant|isnt|wasnt)`

/**
 * Reviews that use any of the phrases. What the full-text index cannot tell, because it knows no "out" in "cuts out"
 * and no "not", is read in the text, of those reviews that the index finds by the other words. Without `readsText` that
 * is done for what was typed alone.
 */
export function termCondition(db: Knex, phrases: Related[], readsText: boolean): TermCondition {
  const typed = phrases
    .filter(({ phrase, strength }) => readsText || strength === 1 || !isInexact(phrase))
    .map(({ phrase }) => phrase)
  const exact = typed.filter((phrase) => isUnparted(phrase) || isInexact(phrase))
  const indexed = typed.filter((phrase) => !exact.includes(phrase))
  const query = (each: string[], toQuery: string) =>
    db.raw(each.map(() => `${toQuery}('english', ?)`).join(' || ') || `''::tsquery`, each)
  const found = query(indexed, 'phraseto_tsquery')
  const conditions = indexed.length > 0 ? [db.raw('r.search @@ (?)', [found])] : []
  const parted = exact.filter((phrase) => !isUnparted(phrase))
  const text = `concat_ws(' ', r.title, r.text)`
  if (parted.length > 0) {
    const pattern = `\\m(?:${parted.map(patternOf).join('|')})`
    conditions.push(db.raw(`(r.search @@ (?) and ${text} ~* ?)`, [query(parted, 'plainto_tsquery'), pattern]))
  }
  for (const phrase of exact)
    if (isUnparted(phrase)) conditions.push(db.raw(`strpos(lower(${text}), lower(?)) > 0`, [phrase]))
  return {
    met: db.raw(`(${conditions.map(() => '?').join(' or ') || 'false'})`, conditions),
    rank: (fieldWeights) => db.raw(`ts_rank('${fieldWeights}', r.search, ?)`, [found]),
  }
}

/** Whether a phrase can be found at all: not one of nothing but words like "the". */
export function isSearchable(phrase: string): boolean {
  return isUnparted(phrase) || searchWords(phrase).some((word) => !unsearchable.has(word))
}

/** Whether the index finds more by a phrase than the phrase; of nothing but such words it finds nothing, and they stay. */
function isInexact(phrase: string): boolean {
  const words = searchWords(phrase)
  const searchable = words.filter((word) => !unsearchable.has(word))
  return searchable.length > 0 && searchable.length < words.length
}

/** A phrase as a regular expression: words in their forms, one after the other; "not" reaches over up to two words. */
function patternOf(phrase: string): string {
  const words = searchWords(phrase)
  const forms = words.map((word, index) =>
    word === 'not' && index === 0
      ? negations
      : unsearchable.has(word)
        ? `${word}\\M`
        : `${stump(word)}[[:alpha:]]*`,
  )
  const [first, ...others] = forms
  const gap = words[0] === 'not' ? `[\\s-]+(?:[[:alnum:]]+\\s+){0,2}` : `[\\s-]+`
  return [first, ...others.map((form, index) => (index === 0 ? gap : '[\\s-]+') + form)].join('')
}

/** The part of a word that its forms share. */
function stump(word: string): string {
  return word.length > 4 ? word.replace(/(?:e|y|es|ed|ing|s)$/, '') : word
}
