import type { tf } from '@sluice/compute'

/** What a forward pass knows beside its tensors. */
export interface Pass {
  readonly batch: number
  readonly time: number
  /** [N], see `attention`. */
  readonly segments?: Int32Array | undefined
  /** Looks at what passes, without changing it. */
  readonly observe?: Observer | undefined
  /** Present while training, when dropout is on. */
  readonly training?: Training | undefined
}

/** Called as a pass goes through the layers; what it is given is disposed of afterwards. */
export interface Observer {
  /** @param x_NC the stream before the layer; after the last one, `layer` is their number */
  stream(layer: number, x_NC: tf.Tensor2D): void
  /** @param qkv_N3C what the layer's attention takes */
  attention(layer: number, qkv_N3C: tf.Tensor2D): void
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
