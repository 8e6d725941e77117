export interface RatingScale {
  min: number
  max: number
}

/** What a rating says; `of` where it names its own maximum ("4/5"). null: blank. undefined: not to be read. */
export function readRating(value: string): { rating: number; of?: number } | null | undefined {
  const text = value.trim()
  if (/^(?:|-|null|none|nan|n\/?a|unknown|unrated)$/i.test(text)) return null
  const stars = /^([★⭐🌟]+)(☆*)$/u.exec(text)
  if (stars)
    return { rating: [...stars[1]!].length, ...(stars[2] ? { of: [...stars[1]!, ...stars[2]].length } : {}) }
  const found =
    /^([-+]?\d+(?:[.,]\d+)?)\s*(?:(?:\/|out of|of)\s*(\d+)(?:\.0+)?)?\s*(%|stars?|points?|pts)?\.?$/i.exec(
      text,
    )
  if (!found) return undefined
  const rating = Number(found[1]!.replace(',', '.'))
  if (found[2] !== undefined) return { rating, of: Number(found[2]) }
  return found[3] === '%' ? { rating, of: 100 } : { rating }
}

/** The scale that a column of ratings was given on, from its smallest and largest value. */
export function guessScale(lowest: number, highest: number, of?: number): RatingScale {
  if (lowest < 0) {
    const most = Math.max(-lowest, highest)
    return { min: -most, max: most }
  }
  const max = of ?? [1, 5, 10, 100].find((most) => highest <= most) ?? highest
  // Stars and marks out of ten begin at 1 unless someone gave a 0.
  const min = max <= 1 || max > 10 || lowest < 1 ? 0 : 1
  return { min, max: Math.max(max, highest) }
}
