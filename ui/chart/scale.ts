/** A round number at or above `highest` with a few even steps to it: 41 → 50 in steps of 10. */
export function niceScale(highest: number, steps = 4): { end: number; ticks: number[] } {
  if (!(highest > 0)) return { end: 1, ticks: [0, 1] }
  const rough = highest / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const count = Math.ceil(highest / step - 1e-9)
  return {
    end: step * count,
    ticks: Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12))),
  }
}
