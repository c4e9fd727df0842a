/**
 * How many values fall into each of `bins` equal stretches between `from` and `to`; the last one includes `to`, and what lies
 * outside, or is not a number, is not counted (numpy's `histogram` with a `range`).
 */
export function histogram(
  values: ArrayLike<number>,
  { from, to, bins }: { from: number; to: number; bins: number },
): Uint32Array {
  const counts = new Uint32Array(bins)
  const scale = bins / (to - from)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= from && value <= to)) continue
    counts[to > from ? Math.min(bins - 1, Math.floor((value - from) * scale)) : 0]!++
  }
  return counts
}
