/** Words, sentences and stems of review texts. English; other languages pass through without harm. */

export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.!?…])["'”’)]*\s+(?=["'“‘(]?[\p{Lu}\p{N}])|\s*[\r\n]+\s*/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

const apostrophes = /[’`´]/g

/** The words of a piece of text as they are written, apostrophes made straight: "isn't", "wi-fi", "777-300ER". */
export function wordsOf(text: string): string[] {
  return text.replace(apostrophes, "'").match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? []
}

const irregular: ReadonlyMap<string, string> = new Map(
  (
    'broke break;broken break;breaks break;froze freeze;frozen freeze;died die;dying die;dies die;dead die;lost lose;losing lose;' +
    'loses lose;tore tear;torn tear;worn wear;wore wear;feet foot;people person;children child;fell fall;' +
    'cutting cut;cuts cut;left left;buses bus;batteries battery;leaves leave;news news;glasses glasses'
  )
    .split(';')
    .map((pair) => pair.split(' ') as [string, string]),
)

/**
 * A light stem, for counting forms of a word together and never for showing: "reclines", "reclining", "reclined" → "reclin".
 * Lighter than Porter's, which takes "universal" and "universe" for one; for lower-case words.
 */
export function stem(word: string): string {
  let root = stems.get(word)
  if (root === undefined) {
    // Reviews bring few words many times; typing errors are not allowed to fill the memory.
    if (stems.size >= 100_000) stems.clear()
    root = stemmed(word)
    stems.set(word, root)
  }
  return root
}
const stems = new Map<string, string>()

function stemmed(word: string): string {
  const known = irregular.get(word)
  if (word.length < 4 || known === word) return known ?? word
  let root = known ?? word.replace(/'s$/, '')
  if (/(?:ss|x|ch|sh|z)es$/.test(root)) root = root.slice(0, -2)
  else if (/[^aeiou]ies$/.test(root)) root = `${root.slice(0, -3)}y`
  else if (/[^sui']s$/.test(root)) root = root.slice(0, -1)
  const bare = /^(.*[aeiouy].*?)(?:ing|ed)$/.exec(root)?.[1]
  if (bare !== undefined && bare.length > 2) root = bare.replace(/([^aeiouls])\1$/, '$1')
  else root = root.replace(/(?<=...)(?:ment|ness)$/, '')
  return root.length > 3 ? root.replace(/e$/, '').replace(/(?<=[^aeiou]..?)y$/, 'i') : root
}
