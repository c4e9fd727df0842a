import { Field, Float64, Int32, Schema } from 'apache-arrow'

export type Steps = {
  /** Optimizer steps taken, this one included. */
  step: Int32
  /** Mean cross-entropy of the step's targets, nats. */
  loss: Float64
  /** Targets in this step. */
  tokens: Int32
  lr: Float64
  /** Global L2 norm before clipping. */
  grad_norm: Float64
  /** Wall-clock seconds of the step. */
  seconds: Float64
}

export const stepsSchema: Schema<Steps> = new Schema<Steps>([
  new Field('step', new Int32(), false),
  new Field('loss', new Float64(), false),
  new Field('tokens', new Int32(), false),
  new Field('lr', new Float64(), false),
  new Field('grad_norm', new Float64(), false),
  new Field('seconds', new Float64(), false),
])
