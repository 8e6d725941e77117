/** The value below which the share (0 to 1) of the values lies, by nearest rank. */
export function quantile(values: number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

export function median(values: number[]): number {
  return quantile(values, 0.5)
}
