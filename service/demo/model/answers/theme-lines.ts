import type { Theme } from '../../../reviews/review-source.ts'
import { counted, name, percent, quoted, rating } from '../markdown.ts'

/** What a single review says is no theme. */
export function recurs(theme: Theme): boolean {
  return theme.count > 1
}

/** Themes as lines, each with a quote ('' where there is none), of different reviews as far as there are any. */
export function themesWithQuotes(themes: Theme[]): { line: string; quote: string }[] {
  const used = new Set<string>()
  return themes.map((theme) => {
    const example = telling(theme, used)
    if (example) used.add(example.review_id)
    return { line: figures(theme), quote: example ? quoted(example.quote, example.review_id) : '' }
  })
}

export function bullets(themes: Theme[]): string {
  return themesWithQuotes(themes)
    .map(({ line, quote }) => `- ${line}${quote && `: ${quote}`}`)
    .join('\n')
}

/** The example that says it best: of a review not quoted yet, with the subject's own words, and short. */
function telling(theme: Theme, used: Set<string>): Theme['examples'][number] | undefined {
  const words = theme.name.toLowerCase().split(/\s+/)
  const worth = ({ review_id: id, quote }: Theme['examples'][number]) =>
    (used.has(id) ? 0 : 2000) +
    (words.every((word) => quote.toLowerCase().includes(word)) ? 1000 : 0) -
    quote.length
  return theme.examples.toSorted((a, b) => worth(b) - worth(a))[0]
}

function figures(theme: Theme): string {
  const average = theme.average_rating ?? null
  const rated = average === null ? '' : `, rated ${rating(average)} on average`
  return `**${name(theme.name)}**: ${counted(theme.count, 'review')} (${percent(theme.share)})${rated}`
}
