import { near } from './related-words.ts'
import { parseSearch } from './search-terms.ts'
import { stem, wordsOf } from './words.ts'

/** At most `length` characters of a text: all of it, else the part that speaks most of what was searched for. */
export function excerpt(text: string, search: string, length: number): string {
  const whole = text.trim()
  if (whole.length <= length) return whole
  const wanted = new Set(
    parseSearch(search)
      .terms.flatMap((term) => term.phrases.filter(({ strength }) => strength >= near))
      .flatMap(({ phrase }) => wordsOf(phrase))
      .map((word) => stem(word.toLowerCase())),
  )
  const hits: number[] = []
  if (wanted.size > 0)
    for (const word of whole.matchAll(/[\p{L}\p{N}]+/gu))
      if (wanted.has(stem(word[0].toLowerCase()))) hits.push(word.index)

  const room = length - 4
  let best = 0
  let most = 0
  for (const [at, start] of hits.entries()) {
    let within = at
    while (within < hits.length && hits[within]! < start + room * 0.8) within++
    if (within - at > most) [most, best] = [within - at, start]
  }
  const from = sentenceStart(whole, best, Math.min(Math.max(0, best - room * 0.2), whole.length - room))
  const end = from + room >= whole.length ? whole.length : lastGap(whole, from + room)
  return `${from > 0 ? '… ' : ''}${whole.slice(from, end).trim()}${end < whole.length ? ' …' : ''}`
}

/** Where the sentence of `at` begins, or the first word after `earliest`. */
function sentenceStart(text: string, at: number, earliest: number): number {
  const lead = text.slice(Math.max(0, Math.floor(earliest)), at)
  if (earliest <= 0) return 0
  const sentence = lead.lastIndexOf('. ')
  if (sentence >= 0) return at - lead.length + sentence + 2
  const word = lead.indexOf(' ')
  return word >= 0 ? at - lead.length + word + 1 : at
}

function lastGap(text: string, end: number): number {
  const gap = text.lastIndexOf(' ', end)
  return gap > end - 60 ? gap : end
}
