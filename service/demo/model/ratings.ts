import type { ReviewFilter } from '../../reviews/review-source.ts'

export type Ratings = Pick<ReviewFilter, 'min_rating' | 'max_rating'>

const STARS = { one: 1, two: 2, three: 3, four: 4, five: 5 }
const NUMBER = '(\\d{1,2}(?:\\.\\d)?|one|two|three|four|five)'
const SIDE = '( (?:or|and) (?:less|lower|below|fewer|worse|more|higher|above|better))?'
const COUNTED = new RegExp(`\\b${NUMBER}[ -]?stars?\\b${SIDE}|\\brated ${NUMBER}\\b${SIDE}`, 'i')
const BOUND =
  /\b(?:rated|ratings?|scores?)(?: of)? (below|under|less than|above|over|more than|at least|at most) (\d{1,3}(?:\.\d)?)\b/i

/** The ratings that a text speaks of, "2 stars or less", "rated below 5", and the text without them. */
export function ratingsIn(text: string): { ratings: Ratings; rest: string } {
  const found = COUNTED.exec(text)
  if (found) {
    const [number, side = ''] = found[1] === undefined ? [found[3]!, found[4]] : [found[1], found[2]]
    const value = STARS[number.toLowerCase() as keyof typeof STARS] ?? Number(number)
    const rest = text.replace(found[0], ' ')
    if (/less|lower|below|fewer|worse/i.test(side)) return { ratings: { max_rating: value }, rest }
    if (side !== '') return { ratings: { min_rating: value }, rest }
    return { ratings: { min_rating: value, max_rating: value }, rest }
  }
  const bound = BOUND.exec(text)
  if (!bound) return { ratings: {}, rest: text }
  const value = Number(bound[2])
  const rest = text.replace(bound[0], ' ')
  // Bounds are inclusive; a hundredth is finer than any rating scale in use.
  if (/below|under|less/.test(bound[1]!)) return { ratings: { max_rating: value - 0.01 }, rest }
  if (bound[1] === 'at most') return { ratings: { max_rating: value }, rest }
  return { ratings: { min_rating: bound[1] === 'at least' ? value : value + 0.01 }, rest }
}
