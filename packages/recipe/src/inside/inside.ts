import type {
  Ablation,
  Attention,
  Blamed,
  Cut,
  Embeddings,
  Heads,
  Lens,
  Neighbors,
  Positions,
  Weights,
} from '../inspect/results.ts'

/** A token's nearest ones at the random beginning, where that is kept, and now. */
export interface Moved {
  readonly first?: Neighbors
  readonly last: Neighbors
}

/** What a look inside showed at the end of a run, for still pictures: what is absent stands in `leftOut`, or the run has none. */
export interface Inside {
  readonly tokens?: Cut
  /** The vocabulary on the plane of the last vectors. */
  readonly map?: { readonly first?: Embeddings; readonly last: Embeddings; readonly moved: readonly Moved[] }
  readonly positions?: Positions
  readonly attention?: Attention
  readonly heads?: Heads
  readonly lens?: Lens
  readonly weights?: Weights
  readonly ablation?: Ablation
  readonly blame?: Blamed
  /** What is not shown, and why: `How a prediction grows: …`. */
  readonly leftOut: readonly string[]
}
