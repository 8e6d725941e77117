import type { Theme, ThemesResult } from './review-source.ts'
import type { ThemeReview } from './theme-candidates.ts'

/** With fewer dated reviews in a half, its shares say nothing. */
const fewest = 10

/**
 * The two halves of the dated selection, the earlier and the later reviews, as equal in number as whole days allow, so
 * that a share of one is as sure as a share of the other. null: too few are dated, or all on few days.
 */
export function halvesOf(reviews: ThemeReview[]): ThemesResult['halves'] {
  const dates = reviews
    .flatMap(({ selected, reviewed_at }) => (selected && reviewed_at ? [reviewed_at] : []))
    .sort()
  const middle = dates[Math.floor(dates.length / 2)]
  if (middle === undefined) return null
  const before = dates.filter((date) => date < middle)
  const until = dates.filter((date) => date <= middle)
  const split = dates.length / 2 - before.length <= until.length - dates.length / 2 ? before : until
  const [earlier, later] = [split, dates.slice(split.length)]
  if (earlier.length < fewest || later.length < fewest) return null
  return { earlier: period(earlier), later: period(later) }
}

function period(dates: string[]) {
  return { from: dates[0]!, to: dates.at(-1)!, total: dates.length }
}

/** The share of each half that these reviews are. */
export function trendOf(reviews: ThemeReview[], halves: ThemesResult['halves']): Theme['trend'] {
  if (!halves) return null
  const dates = reviews.flatMap((review) => review.reviewed_at ?? [])
  const share = ({ from, to, total }: { from: string; to: string; total: number }) =>
    Math.round((dates.filter((date) => date >= from && date <= to).length / total) * 1000) / 1000
  return { earlier: share(halves.earlier), later: share(halves.later) }
}
