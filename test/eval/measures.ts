/** How much a review says to a search: 2 = exactly this, 1 = part of it or near it; everything else 0. */
export type Grades = ReadonlyMap<string, number>

const depth = 10

/** Share of the first ten that are relevant at all. A search with fewer than ten relevant reviews cannot reach 1. */
export function precisionAt10(found: string[], grades: Grades): number {
  return found.slice(0, depth).filter((id) => grades.has(id)).length / depth
}

/** The precision that the best possible order reaches. */
export function bestPrecisionAt10(grades: Grades): number {
  return Math.min(depth, grades.size) / depth
}

/**
 * Normalised discounted cumulative gain of the first ten, 0–1 (Järvelin & Kekäläinen 2002, with the gain 2^grade − 1
 * of Burges et al. 2005): what is more relevant should come earlier.
 */
export function ndcgAt10(found: string[], grades: Grades): number {
  const gain = (ordered: number[]) =>
    ordered.slice(0, depth).reduce((sum, grade, index) => sum + (2 ** grade - 1) / Math.log2(index + 2), 0)
  const best = gain([...grades.values()].sort((a, b) => b - a))
  return best === 0 ? 0 : gain(found.map((id) => grades.get(id) ?? 0)) / best
}

export const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
