/** A word as typed and without a plural's s, which is how words are compared. */
export interface Word {
  text: string
  stem: string
}

export function wordsOf(text: string): Word[] {
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

/** Whether the words hold the phrase. */
export function has(words: Word[], phrase: string): boolean {
  return find(words, phrase).at >= 0
}

/** Removes the phrase from the words; false where it is not among them. */
export function take(words: Word[], phrase: string): boolean {
  const { at, length } = find(words, phrase)
  if (at >= 0) words.splice(at, length)
  return at >= 0
}
