import type { tf } from '@sluice/compute'

/** What a forward pass knows beside its tensors. */
export interface Pass {
  readonly batch: number
  readonly time: number
  /** [N], see `attention`. */
  readonly segments?: Int32Array | undefined
  /** Present while training, when dropout is on. */
  readonly training?: { readonly seed: number; readonly step: number } | undefined
}

export type Parameter = <T extends tf.Tensor>(name: string) => T
