export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * At most about `most` points that look the same: of each stretch of the line its lowest and highest point, in their order.
 * Points that are not finite are left out.
 */
export function thin(points: readonly Point[], most: number): Point[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  if (finite.length <= most) return finite
  const stretch = finite.length / (most / 2)
  const kept: Point[] = []
  for (let from = 0; from < finite.length; from += stretch) {
    const part = finite.slice(Math.floor(from), Math.floor(from + stretch))
    if (part.length === 0) continue
    let low = part[0]!
    let high = part[0]!
    for (const point of part) {
      if (point.y < low.y) low = point
      if (point.y > high.y) high = point
    }
    if (low === high) kept.push(low)
    else kept.push(...(low.x < high.x ? [low, high] : [high, low]))
  }
  return kept
}

/**
 * The line through the noise: at each of about `most` places the mean of `share` of all points around it. At the beginning
 * of fewer, so that the line begins where the points do; at the end of those before it, for one point says little.
 */
export function smooth(points: readonly Point[], most: number, share = 0.04): Point[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const sums = new Float64Array(finite.length + 1)
  for (let i = 0; i < finite.length; i++) sums[i + 1] = sums[i]! + finite[i]!.y
  const reach = Math.floor((finite.length * share) / 2)
  const stride = Math.max(1, Math.floor(finite.length / most))
  const at = (i: number): Point => {
    const before = Math.min(reach, i)
    const after = Math.min(before, finite.length - 1 - i)
    return { x: finite[i]!.x, y: (sums[i + after + 1]! - sums[i - before]!) / (before + after + 1) }
  }
  const line: Point[] = []
  for (let i = 0; i < finite.length; i += stride) line.push(at(i))
  if (finite.length > 0 && line.at(-1)!.x !== finite.at(-1)!.x) line.push(at(finite.length - 1))
  return line
}

/** The `d` of an SVG path, with tenths of a pixel. */
export function pathOf(points: readonly Point[], x: (value: number) => number, y: (value: number) => number): string {
  return points.map((point, i) => `${i === 0 ? 'M' : 'L'}${tenths(x(point.x))} ${tenths(y(point.y))}`).join('')
}

export function tenths(value: number): string {
  return String(Math.round(value * 10) / 10)
}
