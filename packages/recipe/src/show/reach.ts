/** Half the width of a picture that holds all but the outermost of some coordinates, a share of them. */
export function reachOf(points: ArrayLike<number>, share = 0.998): number {
  const sizes = Float32Array.from({ length: points.length }, (_, i) => Math.abs(points[i]!)).sort()
  return sizes[Math.floor(sizes.length * share)] || 1
}
