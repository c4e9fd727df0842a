/** Why a width cannot be divided into so many heads, and which numbers near could. */
export function unevenHeads(width: number, heads: number): string {
  let lower = Math.min(heads, width)
  while (width % lower !== 0) lower--
  let upper = heads
  while (upper < width && width % upper !== 0) upper++
  const near = upper <= width && width % upper === 0 && upper !== lower ? `${lower} or ${upper}` : `${lower}`
  return `heads must divide width: ${width} / ${heads} is not whole; ${near} would do`
}
