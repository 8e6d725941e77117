import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReviewSource } from '../../service/reviews/review-source.ts'
import { bestPrecisionAt10, ndcgAt10, precisionAt10 } from './measures.ts'

/** A search of judged-searches.json, judged by reading the reviews and not by what is found. */
export interface JudgedSearch {
  company: string
  /** What makes it hard: paraphrase, synonyms, word forms, phrase, product, rare word, negation, or plain. */
  kind: string
  query: string
  /** Ids of the reviews by grade, between blanks; what is not named is not relevant. */
  grades: { 2: string; 1?: string }
}
export interface SearchFigures {
  search: JudgedSearch
  relevant: number
  precision: number
  bestPrecision: number
  ndcg: number
}

export async function judgedSearches(): Promise<JudgedSearch[]> {
  return JSON.parse(
    await readFile(join(import.meta.dirname, 'judged-searches.json'), 'utf8'),
  ) as JudgedSearch[]
}

/** Runs each search as the team's tool would and measures its first ten. */
export async function measureSearches(
  source: ReviewSource,
  searches: JudgedSearch[],
): Promise<SearchFigures[]> {
  const figures: SearchFigures[] = []
  for (const search of searches) {
    const { hits } = await source.search(search.company, { query: search.query, limit: 10 })
    const found = hits.map((hit) => hit.review_id)
    const grades = new Map(
      [1, 2].flatMap((grade) =>
        idsOf(search.grades[grade as 1 | 2]).map((id): [string, number] => [id, grade]),
      ),
    )
    figures.push({
      search,
      relevant: grades.size,
      precision: precisionAt10(found, grades),
      bestPrecision: bestPrecisionAt10(grades),
      ndcg: ndcgAt10(found, grades),
    })
  }
  return figures
}

const idsOf = (list: string | undefined) => (list ? list.split(' ') : [])
