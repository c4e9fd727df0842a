import type { tf } from '@sluice/compute'
import type { Json, NamedTensor } from '@sluice/pipeline'
import type { Gpt2Config } from './config.ts'

/** Rows of T + 1 ids: 0..T-1 are read, 1..T are to be foretold. */
export interface TrainingBatch {
  /** rows * (T + 1) */
  readonly ids: Int32Array
  readonly rows: number
  /** How much each of the rows * T targets counts. Default: all alike. */
  readonly weights?: Float32Array | undefined
}

export interface LossOptions {
  /** Whether dropout is on. */
  readonly training: boolean
  readonly seed: number
  /** The optimizer step that dropout masks are drawn for. */
  readonly step: number
}

/** A model of the next token. Its tensors are the caller's to dispose; `parameters` are the model's until `dispose()`. */
export interface LanguageModel {
  readonly config: Gpt2Config
  /** Every trained tensor, by Hugging Face's names, in Hugging Face's order. */
  readonly parameters: ReadonlyMap<string, tf.Variable>
  /** Mean cross-entropy of the batch's targets, nats. Records gradients where the caller asks for them. */
  loss(batch: TrainingBatch, options: LossOptions): tf.Scalar
  /**
   * Scores of every token at every position, dropout off.
   *
   * @param ids rows * T
   * @returns [rows, T, V]
   */
  logits(ids: Int32Array, options: { rows: number }): tf.Tensor3D
  /** The same for the last position of each row only: [rows, V]. Computes no more than is needed for that. */
  nextLogits(ids: Int32Array, options: { rows: number }): tf.Tensor2D
  /**
   * Copies of the weights, complete for Hugging Face's loader: positions that are not learned are there as the constant
   * table that they amount to.
   */
  weights(): Map<string, NamedTensor>
  /** Hugging Face's `config.json` for these weights. Ids of the tokenizer's special tokens where it has them. */
  hfConfig(tokens?: { bosTokenId?: number; eosTokenId?: number }): Json
  dispose(): void
}
