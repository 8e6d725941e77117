import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReviewSource, Theme } from '../../service/reviews/review-source.ts'

/** What the reviews of known-themes.json complain of or praise, found by reading them, the most frequent first. */
export interface KnownThemes {
  company: string
  sentiment: 'negative' | 'positive'
  known: {
    problem: string
    /** What a theme's name must hold to be it, as alternatives between bars. */
    named: string
  }[]
}
export interface ThemesFigures {
  selection: KnownThemes
  /** For each that is known the theme that says it, if there is one. */
  found: (Theme | undefined)[]
  recall: number
}

const asked = 12

export async function knownThemes(): Promise<KnownThemes[]> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'known-themes.json'), 'utf8')) as KnownThemes[]
}

/** Which of the known themes are among the first twelve. */
export async function measureThemes(
  source: ReviewSource,
  selections: KnownThemes[],
): Promise<ThemesFigures[]> {
  const figures: ThemesFigures[] = []
  for (const selection of selections) {
    const { company, sentiment, known } = selection
    const { themes } = await source.themes(company, { sentiment, limit: asked })
    const found = known.map(({ named }) => themes.find((theme) => new RegExp(named, 'i').test(theme.name)))
    figures.push({ selection, found, recall: found.filter(Boolean).length / known.length })
  }
  return figures
}
