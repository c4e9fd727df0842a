/**
 * The line through the noise: at each place the mean of `share` of all points around it. At both ends of fewer, so that the line
 * is as long as the points are.
 */
export function smooth(values: readonly (number | null)[], share = 0.05): (number | null)[] {
  const sums = new Float64Array(values.length + 1)
  const counts = new Int32Array(values.length + 1)
  for (const [i, value] of values.entries()) {
    sums[i + 1] = sums[i]! + (value ?? 0)
    counts[i + 1] = counts[i]! + (value === null ? 0 : 1)
  }
  const reach = Math.floor((values.length * share) / 2)
  return values.map((_, i) => {
    const by = Math.min(reach, i, values.length - 1 - i)
    const count = counts[i + by + 1]! - counts[i - by]!
    return count === 0 ? null : (sums[i + by + 1]! - sums[i - by]!) / count
  })
}
