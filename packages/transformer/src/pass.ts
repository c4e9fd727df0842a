import type { tf } from '@sluice/compute'

/** What a forward pass knows beside its tensors. */
export interface Pass {
  readonly batch: number
  readonly time: number
  /** [N], see `attention`. */
  readonly segments?: Int32Array | undefined
  /** Present while training, when dropout is on. */
  readonly training?: Training | undefined
}

/** What dropout masks are drawn for. */
export interface Training {
  readonly seed: number
  readonly step: number
  /** Of a step that is computed in parts. Default: 0. */
  readonly part?: number | undefined
  /** Whether blocks are computed again in the backward pass instead of keeping what it needs. */
  readonly recompute?: boolean | undefined
}

export type Parameter = <T extends tf.Tensor>(name: string) => T
