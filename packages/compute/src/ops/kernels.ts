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

/** GELU (Hendrycks and Gimpel 2016) in its tanh form, or as it is defined, by Hugging Face's names. */
export type Activation = 'gelu_new' | 'gelu'

/** y[N,O] = activation(x[N,I] · w[I,O] + b[O]) + residual[N,O]. */
export interface LinearKernel {
  /** Whether `forward` adds `residual`. Without it, it is given none, and the operation adds it. */
  readonly addsResidual?: boolean
  /** Which activations it knows; the operation applies others after it. Default: 'gelu_new' only. */
  readonly activations?: readonly Activation[]
  /** `saved` of the reference: `[z]`, the value before the activation, where there is one; else `[]`. */
  forward(a: {
    x: tf.Tensor2D
    w: tf.Tensor2D
    b: tf.Tensor1D | null
    activation: Activation | null
    residual?: tf.Tensor2D | null
    keep: boolean
  }): Forward
  /** The gradient of `residual` is `dy` itself. */
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

/** y = x * rstd * gamma over the rows of x[N,C]; rstd = 1 / sqrt(mean(x^2) + epsilon). */
export interface RmsNormKernel {
  /** `saved` of the reference: `[rstd [N]]`. */
  forward(a: { x: tf.Tensor2D; gamma: tf.Tensor1D; epsilon: number; keep: boolean }): Forward
  backward(a: { dy: tf.Tensor2D; x: tf.Tensor2D; gamma: tf.Tensor1D; saved: readonly tf.Tensor[] }): {
    dx: tf.Tensor
    dgamma: tf.Tensor
  }
}

/** y[N,F] = silu(x[N,:F]) * x[N,F:] for x[N,2F]; silu(g) = g * sigmoid(g). */
export interface GatedSiluKernel {
  forward(a: { x: tf.Tensor2D }): tf.Tensor
  backward(a: { dy: tf.Tensor2D; x: tf.Tensor2D }): tf.Tensor
}

export interface RotaryShape {
  /** H, of the queries. */
  readonly heads: number
  /** G, of keys and of values; divides H. */
  readonly groups: number
  /** D of a head, even. */
  readonly dim: number
  /** [N], rows of the two tables. */
  readonly positions: Int32Array
  /** [P, D / 2] */
  readonly cosines: Float32Array
  readonly sines: Float32Array
}

/**
 * From x[N, (H + 2G) D] to y[N, 3 H D], what attention takes: queries and keys turned by their position, components j and
 * j + D / 2 together, then keys and values repeated for the H / G queries that share them.
 */
export interface RotaryHeadsKernel {
  forward(a: { x: tf.Tensor2D; shape: RotaryShape }): tf.Tensor
  backward(a: { dy: tf.Tensor2D; shape: RotaryShape }): tf.Tensor
}

export interface AttentionShape {
  readonly batch: number
  readonly time: number
  readonly heads: number
  readonly causal: boolean
  /** On the probabilities; element ((b * heads + h) * time + i) * time + j. Null where nothing is dropped. */
  readonly dropout: Dropout | null
  /**
   * Where sequences begin among the batch * time positions, and at last batch * time. A sequence lies within one row of the
   * batch, and no position sees another sequence. Null: each row is one.
   */
  readonly starts: Int32Array | null
}

/**
 * y[N,C]: per head, softmax(q kᵀ / sqrt(D)) v, from the fused projection qkv[N,3C] whose row holds all heads' q, then k, then
 * v, each head's D = C / heads values side by side (GPT-2's c_attn).
 */
export interface AttentionKernel {
  /** Whether it heeds `starts`. One that does not is given null only; the reference takes its place. */
  readonly takesStarts?: boolean
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
    /** Takes each row's own loss, whatever it weighs. Null: not wanted. */
    losses?: Float32Array | null
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

/**
 * One step of AdamW; see `adamWUpdate` for the formula. Parameters and moments are changed in place, but tensors that share
 * a variable's memory (clones) keep their values: what is shared is copied first, or the variable given other memory.
 */
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

/**
 * Token by token through a decoder-only Transformer, for generating. A state holds the keys and values of the positions it has
 * seen, so that a token costs one pass over the weights and one over its own context. It is opened for a stretch of
 * generation and disposed of after it: the weights cannot change meanwhile, and may be packed in any form that suits.
 */
export interface DecoderKernel {
  /** Of which models it takes the weights. Default: GPT-2's only, which have every beta and b. */
  readonly families?: readonly DecoderFamily[]
  /** The tensors of `weights` keep their values until the state's `dispose()`, even if the model is trained on meanwhile. */
  open(a: { weights: DecoderWeights; shape: DecoderShape }): DecoderState
}

export interface DecoderState {
  /**
   * A row's first tokens go through the ordinary operations, which are made for many tokens at a time, where they are at
   * least so many; their keys and values come in by `fill`.
   */
  readonly prefillFrom: number
  /** @param a.qkv [n, 3C], of which k and v are those of positions 0..n-1 of the row in this layer. Not kept */
  fill(a: { row: number; layer: number; qkv: tf.Tensor2D }): void
  /**
   * Puts tokens at the end of contexts, each in a row of its own.
   *
   * @returns [parts.length, V], logits after each part's last token; an array that nobody else has
   */
  extend(parts: readonly DecoderPart[]): Float32Array | Promise<Float32Array>
  dispose(): void
}

/** Tokens at positions start, start + 1 … of a row. What the row held there and beyond is forgotten. */
export interface DecoderPart {
  readonly row: number
  /** No greater than the number of positions that the row holds. */
  readonly start: number
  /** At least one. */
  readonly ids: Int32Array
}

export interface DecoderShape {
  /** Of queries. */
  readonly heads: number
  /** Of keys and values: each is shared by heads / keyHeads queries. Only Llama's are fewer. Default: heads. */
  readonly keyHeads?: number
  /** Added to the variance, or the mean square, in norms. */
  readonly epsilon: number
  /** Contexts held side by side. */
  readonly rows: number
  /** Positions of a row. */
  readonly capacity: number
}

/**
 * Both: x + attention(norm(x)), then x + feedForward(norm(x)). GPT-2 has layer norms, biases, and GELU in its tanh form; Llama
 * root-mean-square norms, no biases, rotary positions, and a feed-forward that a gate multiplies.
 */
export type DecoderFamily = 'gpt2' | 'llama'

export interface DecoderWeights {
  /** Default: gpt2. */
  readonly family?: DecoderFamily
  /** [V, C] */
  readonly tokens: tf.Tensor2D
  /** At least [capacity, C]; null where positions add nothing. */
  readonly positions: tf.Tensor2D | null
  /** Of Llama: tables as `rotaryTables` makes them, at least [capacity, D / 2] each. */
  readonly rotary?: { readonly cosines: Float32Array; readonly sines: Float32Array }
  readonly blocks: readonly DecoderBlockWeights[]
  /** After the last block. */
  readonly norm: NormWeights
  /** [V, C]: logits = norm(x) · headᵀ. May be `tokens`. */
  readonly head: tf.Tensor2D
}

export interface DecoderBlockWeights {
  readonly attentionNorm: NormWeights
  /** [C, (heads + 2 keyHeads) D] */
  readonly qkv: LinearWeights
  /** [C, C] */
  readonly attentionOutput: LinearWeights
  readonly feedForwardNorm: NormWeights
  /** [C, F], F the same in all blocks; of Llama [C, 2F], the gate before what it multiplies */
  readonly feedForward: LinearWeights
  /** [F, C] */
  readonly feedForwardOutput: LinearWeights
}

/** Both [C]; Llama has no beta. */
export interface NormWeights {
  readonly gamma: tf.Tensor1D
  readonly beta: tf.Tensor1D | null
}

/** [I, O] and [O]; Llama has no b. */
export interface LinearWeights {
  readonly w: tf.Tensor2D
  readonly b: tf.Tensor1D | null
}

export interface Kernels {
  readonly linear: LinearKernel
  readonly layerNorm: LayerNormKernel
  readonly rmsNorm: RmsNormKernel
  readonly gatedSilu: GatedSiluKernel
  readonly rotaryHeads: RotaryHeadsKernel
  readonly attention: AttentionKernel
  readonly embedding: EmbeddingKernel
  readonly crossEntropy: CrossEntropyKernel
  readonly dropout: DropoutKernel
  readonly gelu: GeluKernel
  readonly adamW: AdamWKernel
  readonly squaredNorms: SquaredNormsKernel
  readonly decoder: DecoderKernel
}
