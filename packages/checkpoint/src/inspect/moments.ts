/** Sums over the values of one tensor, or of several together, from which what is told of them follows. */
export interface Moments {
  readonly count: number
  readonly sum: number
  readonly squares: number
  readonly min: number
  readonly max: number
  /** Of the differences to where the values started. */
  readonly moved: number
  readonly startSquares: number
}

/** What became of a tensor, told in its own unit. */
export interface TensorSummary {
  readonly count: number
  /** Length as a vector (L2). */
  readonly norm: number
  readonly mean: number
  /** Standard deviation, of the values as they are: divided by their count. */
  readonly spread: number
  /** Length of the difference to the start. */
  readonly change: number
  /** That over the norm at the start; null where that was 0. */
  readonly relative: number | null
}

export const noMoments: Moments = {
  count: 0,
  sum: 0,
  squares: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  moved: 0,
  startSquares: 0,
}

/**
 * Summed in float64, in one pass.
 *
 * @param start the same tensor in the beginning; default: it has not moved
 * @throws RangeError where the two are not of one length
 */
export function moments(values: ArrayLike<number>, start: ArrayLike<number> = values): Moments {
  const { length } = values
  if (start.length !== length) throw new RangeError(`expected ${length} values at the start, found ${start.length}`)
  let [sum, squares, moved, startSquares] = [0, 0, 0, 0]
  let [min, max] = [noMoments.min, noMoments.max]
  for (let i = 0; i < length; i++) {
    const value = values[i]!
    const then = start[i]!
    const move = value - then
    sum += value
    squares += value * value
    moved += move * move
    startSquares += then * then
    if (value < min) min = value
    if (value > max) max = value
  }
  return { count: length, sum, squares, min, max, moved, startSquares }
}

/** Of two tensors as if they were one. */
export function together(a: Moments, b: Moments): Moments {
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    moved: a.moved + b.moved,
    startSquares: a.startSquares + b.startSquares,
  }
}

export function summaryOf({ count, sum, squares, moved, startSquares }: Moments): TensorSummary {
  const mean = count === 0 ? 0 : sum / count
  const change = Math.sqrt(moved)
  return {
    count,
    norm: Math.sqrt(squares),
    mean,
    // Rounding may leave a little below 0 where all values are alike.
    spread: count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean)),
    change,
    relative: startSquares > 0 ? change / Math.sqrt(startSquares) : null,
  }
}
