import type { tf } from '@sluice/compute'
import type { Json, NamedTensor } from '@sluice/pipeline'
import type { Decoder, DecoderOptions } from './generation/decoder.ts'
import type { Inspection, InspectOptions } from './inspect/inspected.ts'
import type { ModelShape } from './shape.ts'

/** Rows of T + 1 ids. A model of the next token reads 0..T-1 and foretells 1..T; one of masked tokens reads 0..T-1. */
export interface TrainingBatch {
  /** rows * (T + 1) */
  readonly ids: Int32Array
  readonly rows: number
  /** How much each of the rows * T targets counts. Default: all alike. */
  readonly weights?: Float32Array | undefined
  /** rows * (T + 1): tokens see those of the same run of equal numbers only. Default: all of their row. */
  readonly segments?: Int32Array | undefined
  /** rows * (T + 1): where each token stands. Default: 0..T in every row. */
  readonly positions?: Int32Array | undefined
  /**
   * rows * (T + 1): what is to be foretold at each place, `ignoredLabel` where nothing is. Models of masked tokens need them; one
   * of the next token leaves out targets that are not labelled, such as padding.
   */
  readonly labels?: Int32Array | undefined
}

/** A label where nothing is to be foretold, as PyTorch's cross-entropy has it. */
export const ignoredLabel = -100

export interface LossOptions {
  /** Whether dropout is on. */
  readonly training: boolean
  readonly seed: number
  /** The optimizer step that dropout masks are drawn for. */
  readonly step: number
  /** Which part of the step's batch this is, where it is computed in parts. Default: 0. */
  readonly part?: number | undefined
  /**
   * Whether each block is computed once more in the backward pass, instead of keeping what that needs: less memory for a third
   * more time. Default: false.
   */
  readonly recompute?: boolean | undefined
  /**
   * Takes the loss of every target that counts, in nats, and where in the batch's `ids` it stands: for a model of the next token
   * that is the token foretold. Default: not asked for.
   */
  readonly onTargets?: ((losses: Float32Array, places: Int32Array) => void) | undefined
}

/** Ids of the tokenizer's special tokens, where it has them. */
export interface SpecialTokenIds {
  readonly bosTokenId?: number | undefined
  readonly eosTokenId?: number | undefined
  readonly padTokenId?: number | undefined
}

/** What can be trained. Its tensors are the caller's to dispose; `parameters` are the model's until `dispose()`. */
export interface Model {
  /** What it is, in numbers. */
  readonly shape: ModelShape
  readonly config: { readonly vocabSize: number; readonly blockSize: number }
  /** Whether `loss` is of every next token, or of those that `labels` name. */
  readonly predicts: 'next' | 'masked'
  /** Every trained tensor. Names are Hugging Face's, and so is the layout, unless the model says otherwise. */
  readonly parameters: ReadonlyMap<string, tf.Variable>
  /** Mean cross-entropy of the batch's targets, nats. Records gradients where the caller asks for them. */
  loss(batch: TrainingBatch, options: LossOptions): tf.Scalar
  /** Copies of the weights under the names and in the layout of Hugging Face's model, complete for its loader. */
  weights(): Map<string, NamedTensor>
  /** Sets the parameters to what `weights()` gave. @throws StateError when they are not exactly the model's */
  assign(weights: ReadonlyMap<string, NamedTensor>): void
  /** Hugging Face's `config.json` for these weights. */
  hfConfig(tokens?: SpecialTokenIds): Json
  /**
   * What happens inside when the model reads a text: the stream at every layer, what each head attends to, and what each layer
   * would already say.
   *
   * @param ids T, of one text
   */
  inspect(ids: Int32Array, options?: InspectOptions): Inspection
  dispose(): void
}

/** What a forward pass may be told beside the ids. All are rows * T. */
export interface ForwardOptions {
  readonly rows: number
  /** Tokens see those of the same run of equal numbers only. Default: all of their row. */
  readonly segments?: Int32Array | undefined
  /** Default: 0..T-1 in every row. */
  readonly positions?: Int32Array | undefined
}

/** A model of the next token. */
export interface LanguageModel extends Model {
  readonly predicts: 'next'
  /**
   * Scores of every token at every position, dropout off.
   *
   * @param ids rows * T
   * @returns [rows, T, V]
   */
  logits(ids: Int32Array, options: ForwardOptions): tf.Tensor3D
  /** The same for the last position of each row only: [rows, V]. Computes no more than is needed for that. */
  nextLogits(ids: Int32Array, options: ForwardOptions): tf.Tensor2D
  /** Scores of the next token after growing contexts, with what earlier tokens gave kept. The weights are today's. */
  decoder(options?: DecoderOptions): Decoder
}

/** A model of masked tokens. */
export interface MaskedModel extends Model {
  readonly predicts: 'masked'
  /**
   * Scores of every token at every position, dropout off.
   *
   * @param ids rows * T
   * @param options.tokenTypes rows * T, which of two texts a token belongs to: 0 or 1. Default: 0
   * @returns [rows, T, V]
   */
  logits(ids: Int32Array, options: ForwardOptions & { tokenTypes?: Int32Array | undefined }): tf.Tensor3D
}
