/** How a model of limited context reads a longer one. */
export interface SlidingWindow {
  /** Tokens that the model sees at most. */
  readonly blockSize: number
  /** Tokens that drop out at once when more do not fit, from 1 to `blockSize`. */
  readonly slide: number
}

/**
 * The first token that the model sees of a context of `length`: a multiple of `slide`, the smallest with which the rest fits.
 * It depends on the length alone, not on how the context came about, so the same context always gives the same scores.
 */
export function windowStart(length: number, { blockSize, slide }: SlidingWindow): number {
  return Math.max(0, Math.ceil((length - blockSize) / slide) * slide)
}
