import type { TypeMap } from 'apache-arrow'
import type { Frame, Json } from './frame.ts'

/** A tensor outside any backend: row-major values with a name and a shape. Tensors of a backend never cross a stage boundary. */
export interface NamedTensor {
  readonly name: string
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** The state of training after a step: copies, free of the trainer that goes on. */
export interface Snapshot {
  /** Optimizer steps taken; 0 is the initialisation. */
  readonly step: number
  /** Weights under the names of the model's Hugging Face counterpart. */
  readonly weights: ReadonlyMap<string, NamedTensor>
  /** Optimizer moments (`exp_avg.<weight>`, `exp_avg_sq.<weight>`); absent when only weights were asked for. */
  readonly optimizer?: ReadonlyMap<string, NamedTensor>
  /** What else the trainer needs to go on exactly: plain numbers. */
  readonly trainer: Json
}

/** What the trainer emits: one row of metrics a step, and the right to the weights as they are after that step. */
export interface StepFrame<T extends TypeMap = any> extends Frame<T> {
  /** Valid until this frame has been consumed. @throws StateError when called later. */
  snapshot(options: { optimizer: boolean }): Snapshot
}

export function isStepFrame(frame: Frame): frame is StepFrame {
  return typeof (frame as Partial<StepFrame>).snapshot === 'function'
}
