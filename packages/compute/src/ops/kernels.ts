/**
 * What a backend may replace. Every operation of ./ is a differentiable wrapper around a *kernel* of this file: a forward
 * and a backward function over plain tensors. The reference kernels (./reference) are composed of tfjs ops and run on any
 * backend; `registerKernels('native', { linear, attention })` replaces some of them on one backend.
 *
 * Rules for a kernel
 * - It runs with no gradient tape and inside a tidy: what it does not return is disposed.
 * - It never disposes or writes to its inputs (`adamW` excepted, whose purpose that is).
 * - Everything is float32, row-major, contiguous; N = batch * time rows. Results that are kept (`saved`) may have any shape
 *   and type that the same backend's backward understands.
 * - `keep` is false where no backward will follow: nothing need be saved then, and `saved` may be empty.
 * - A backward gets the tensors that its forward put in `saved`, after those named in its arguments. If you replace only one
 *   direction, keep to the reference's `saved`, documented at each kernel; if you replace both, `saved` is yours.
 * - Equal inputs give equal bits: nothing may depend on timing.
 */
import type { tf } from '../tf.ts'
import type { Dropout } from './random.ts'

/** A forward's result: the value, and what the backward will want to see again. */
export interface Forward {
  readonly value: tf.Tensor
  readonly saved: readonly tf.Tensor[]
}

export type Activation = 'gelu_new'

/** y[N,O] = activation(x[N,I] · w[I,O] + b[O]). */
export interface LinearKernel {
  /** `saved` of the reference: `[z]`, the value before the activation, where there is one; else `[]`. */
  forward(a: {
    x: tf.Tensor2D
    w: tf.Tensor2D
    b: tf.Tensor1D | null
    activation: Activation | null
    keep: boolean
  }): Forward
  backward(a: {
    dy: tf.Tensor2D
    x: tf.Tensor2D
    w: tf.Tensor2D
    saved: readonly tf.Tensor[]
    bias: boolean
    activation: Activation | null
  }): { dx: tf.Tensor; dw: tf.Tensor; db: tf.Tensor | null }
}

/** y = (x - mean) * rstd * gamma + beta over the rows of x[N,C]; rstd = 1 / sqrt(variance + epsilon), variance biased. */
export interface LayerNormKernel {
  /** `saved` of the reference: `[mean [N], rstd [N]]`. */
  forward(a: { x: tf.Tensor2D; gamma: tf.Tensor1D; beta: tf.Tensor1D; epsilon: number; keep: boolean }): Forward
  backward(a: { dy: tf.Tensor2D; x: tf.Tensor2D; gamma: tf.Tensor1D; saved: readonly tf.Tensor[] }): {
    dx: tf.Tensor
    dgamma: tf.Tensor
    dbeta: tf.Tensor
  }
}

export interface AttentionShape {
  readonly batch: number
  readonly time: number
  readonly heads: number
  readonly causal: boolean
  /** On the probabilities; element ((b * heads + h) * time + i) * time + j. Null where nothing is dropped. */
  readonly dropout: Dropout | null
}

/**
 * y[N,C]: per head, softmax(q kᵀ / sqrt(D)) v, from the fused projection qkv[N,3C] whose row holds all heads' q, then k, then
 * v, each head's D = C / heads values side by side (GPT-2's c_attn).
 */
export interface AttentionKernel {
  /** `saved` of the reference: `[lse [batch * heads * time]]`, the log of the softmax's denominator of each row. */
  forward(a: { qkv: tf.Tensor2D; shape: AttentionShape; keep: boolean }): Forward
  /** `y` is the forward's value. */
  backward(a: {
    dy: tf.Tensor2D
    qkv: tf.Tensor2D
    y: tf.Tensor2D
    saved: readonly tf.Tensor[]
    shape: AttentionShape
  }): tf.Tensor
}

/** y[ids.length,C]: rows of table[V,C]. The ids are checked before. */
export interface EmbeddingKernel {
  forward(a: { table: tf.Tensor2D; ids: Int32Array }): tf.Tensor
  /** dtable[V,C], the sum over equal ids. */
  backward(a: { dy: tf.Tensor2D; ids: Int32Array; shape: [number, number] }): tf.Tensor
}

/**
 * loss = sum_i weights_i * -log softmax(hidden_i · tableᵀ)[targets_i] / sum_i weights_i, for hidden[N,C] and table[V,C].
 * The gradients are made in the forward (with `keep`), where the logits of a block of rows are at hand.
 */
export interface CrossEntropyKernel {
  /** `saved` of the reference: `[dhidden [N,C], dtable [V,C]]` for dy = 1. The targets are checked before. */
  forward(a: {
    hidden: tf.Tensor2D
    table: tf.Tensor2D
    targets: Int32Array
    /** Null: every row weighs 1. */
    weights: Float32Array | null
    keep: boolean
  }): Forward
  /** May return `saved` themselves where dy is 1. */
  backward(a: { dy: tf.Scalar; saved: readonly tf.Tensor[] }): { dhidden: tf.Tensor; dtable: tf.Tensor }
}

/** Elementwise; its own backward: the same mask applied to dy. */
export type DropoutKernel = (a: { x: tf.Tensor; dropout: Dropout }) => tf.Tensor

/** y = gelu(x) in its tanh form ("gelu_new"), any shape. */
export interface GeluKernel {
  forward(a: { x: tf.Tensor }): tf.Tensor
  backward(a: { dy: tf.Tensor; x: tf.Tensor }): tf.Tensor
}

/** One step of AdamW; see `adamW` for the formula. Parameters and moments are changed in place. */
export type AdamWKernel = (a: Required<AdamWStep>) => void

export interface AdamWStep {
  readonly params: readonly tf.Variable[]
  /** Of the shapes of `params`. Not changed, not disposed. */
  readonly grads: readonly tf.Tensor[]
  /** First moments (exp_avg), in the order of `params`. */
  readonly m: readonly tf.Variable[]
  /** Second moments (exp_avg_sq). */
  readonly v: readonly tf.Variable[]
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decay of each parameter; 0 for those that do not decay. */
  readonly weightDecay: readonly number[]
  /** 1 for the first step: the bias correction is exact from there. */
  readonly step: number
  /** Factor on every gradient, for clipping. Default 1. */
  readonly gradScale?: number
}

/** The sum of the squares of each tensor's elements. */
export type SquaredNormsKernel = (tensors: readonly tf.Tensor[]) => number[]

export interface Kernels {
  readonly linear: LinearKernel
  readonly layerNorm: LayerNormKernel
  readonly attention: AttentionKernel
  readonly embedding: EmbeddingKernel
  readonly crossEntropy: CrossEntropyKernel
  readonly dropout: DropoutKernel
  readonly gelu: GeluKernel
  readonly adamW: AdamWKernel
  readonly squaredNorms: SquaredNormsKernel
}
