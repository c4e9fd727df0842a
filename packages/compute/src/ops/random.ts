/** Where an op takes its random numbers from: a stretch of a `randomStream` of @sluice/pipeline. */
export interface RandomSpan {
  /** The stream's key words. */
  readonly key: readonly [number, number]
  /** The stream's name words. */
  readonly nameHash: readonly [number, number]
  /** Index in the stream of the op's element 0; element `i` (row-major) takes number `offset + i`. At most 2^53 - 1. */
  readonly offset: number
}

/** Dropout (Srivastava et al. 2014): element `i` is kept iff `uniform(offset + i) >= rate`, and then scaled by 1 / (1 - rate). */
export interface Dropout {
  /** Probability of being dropped, in [0, 1). */
  readonly rate: number
  readonly random: RandomSpan
}
