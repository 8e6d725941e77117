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
  const straight = text.search(apostrophes) < 0 ? text : text.replace(apostrophes, "'")
  return straight.match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? []
}

/** Forms that no rule leads back to their verb or singular. */
const irregular: ReadonlyMap<string, string> = new Map(
  `broke break;broken break;breaks break;froze freeze;frozen freeze;died die;dying die;dies die;dead die;lost lose;losing lose;
   loses lose;tore tear;torn tear;worn wear;wore wear;feet foot;people person;children child;fell fall;fallen fall;
   cutting cut;cuts cut;left left;buses bus;batteries battery;leaves leave;news news;glasses glasses;slept sleep;bent bend;
   shrank shrink;shrunk shrink;stuck stick;sent send;sold sell;paid pay;bought buy;brought bring;kept keep;held hold;
   woke wake;woken wake;stole steal;stolen steal;burnt burn;smelt smell;spilt spill;spoke speak;spoken speak;
   heard hear;sank sink;sunk sink;ate eat;eaten eat;hid hide;hidden hide;rang ring;swollen swell;teeth tooth;
   lying lie;stood stand;caught catch;drove drive;driven drive;built build;chose choose;chosen choose;sewn sew`
    .split(';')
    .map((pair) => pair.trim().split(' ') as [string, string]),
)

/** A word with its irregular forms: "broke" → broke, break, broken, breaks. */
export function irregularForms(word: string): string[] {
  const base = irregular.get(word) ?? word
  const forms = [...irregular].filter(([, of]) => of === base).map(([form]) => form)
  return forms.length === 0 ? [word] : [...new Set([word, base, ...forms])]
}

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

/**
 * What words of one family have in common: "distortion" and "distorts", "comfortable" and "comfort". Coarser than the
 * stem, for telling how well a review meets a search that has found it.
 */
export function root(word: string): string {
  let known = roots.get(word)
  if (known === undefined) {
    if (roots.size >= 100_000) roots.clear()
    known = stem(word)
    let longer: string
    do {
      longer = known
      known = longer.replace(endings, '')
    } while (known !== longer)
    roots.set(word, known)
  }
  return known
}
const roots = new Map<string, string>()
const endings =
  /(?<=^.{4,})(?:ability|ations?|itions?|ions?|ers?|ors?|abl[ey]?|ibl[ey]?|ful|ity|iv|al|ly|li|y|i|s)$/

/** The words of a piece of text for a search, in lower case; hyphens part them: "set-up" is "set up". */
export function searchWords(text: string): string[] {
  return wordsOf(text.toLowerCase()).flatMap((word) => word.split('-'))
}
