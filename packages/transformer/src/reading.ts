import { crossEntropy, linear, tf } from '@sluice/compute'
import { type Inspection, type InspectOptions, inspected } from './inspect/inspected.ts'
import type { ForwardOptions, LanguageModel } from './model.ts'
import type { Pass } from './pass.ts'
import { checkPositions, checkRows, splitTargets, tellTargets } from './rows.ts'
import type { ModelShape } from './shape.ts'

// B rows (batch), T time, N = B * T, C width, V vocabulary

/** What a pass may be told beside the ids. */
export type Reading = Pass & Omit<Told, 'rows'>

/** What a caller may tell: which of two texts a token belongs to is of use to some models only. */
type Told = ForwardOptions & { readonly tokenTypes?: Int32Array | undefined }

/** What all models do once they say how a text passes through their layers. */
export function readingMethods(model: {
  shape: ModelShape
  causal: boolean
  /** [N] ids to the last layer's output: [N, C]. */
  stream(ids: Int32Array, pass: Reading): tf.Tensor2D
  /** That output, or a layer's before it, to the scores: [N, V]. */
  project(stream_NC: tf.Tensor2D): tf.Tensor2D
}) {
  const { shape, causal, stream, project } = model
  const { blockSize, vocabSize } = shape
  const forward = (ids: Int32Array, options: Told) => {
    const { rows, ...told } = options
    const time = checkRows(ids, rows, blockSize)
    if (told.positions) checkPositions(told.positions, blockSize)
    return { time, hidden: stream(ids, { ...told, batch: rows, time }) }
  }
  return {
    forward,
    logits: (ids: Int32Array, options: Told): tf.Tensor3D =>
      tf.tidy(() => {
        const { time, hidden } = forward(ids, options)
        return tf.reshape<tf.Rank.R3>(project(hidden), [options.rows, time, vocabSize])
      }),
    inspect(ids: Int32Array, wanted: InspectOptions = {}): Inspection {
      const time = checkRows(ids, 1, blockSize)
      return inspected({
        ...shape,
        time,
        causal,
        wanted,
        forward: observe => void stream(ids, { batch: 1, time, observe }),
        project,
      })
    },
  }
}

/** What models of the next token do beside that. */
export function nextTokenMethods(model: {
  shape: ModelShape
  stream(ids: Int32Array, pass: Reading): tf.Tensor2D
  finalNorm(x_NC: tf.Tensor2D): tf.Tensor2D
  /** [V, C] */
  head: tf.Tensor2D
}): Pick<LanguageModel, 'predicts' | 'loss' | 'logits' | 'nextLogits' | 'inspect'> {
  const { shape, stream, finalNorm, head } = model
  const { forward, logits, inspect } = readingMethods({
    shape,
    causal: true,
    stream,
    project: x => linear(finalNorm(x), tf.transpose(head), null),
  })
  return {
    predicts: 'next',
    loss(batch, { training, onTargets, ...how }) {
      const { inputs, targets, weights, ...rest } = splitTargets(batch, shape.blockSize)
      return tf.tidy(() => {
        const pass = { batch: batch.rows, ...rest, training: training ? how : undefined }
        const hidden_NC = finalNorm(stream(inputs, pass))
        const losses = onTargets && new Float32Array(targets.length)
        const loss = crossEntropy(hidden_NC, head, targets, { ...weights, losses })
        if (losses) tellTargets(onTargets, { losses, weights: weights.weights, time: rest.time, shift: 1 })
        return loss
      })
    },
    logits,
    nextLogits(ids, options) {
      return tf.tidy(() => {
        const { time, hidden } = forward(ids, options)
        const last = Array.from({ length: options.rows }, (_, row) => (row + 1) * time - 1)
        const hidden_BC = finalNorm(tf.gather(hidden, tf.tensor1d(last, 'int32')))
        // The table times the few hidden vectors: no transposed copy of the large one.
        return tf.transpose<tf.Tensor2D>(tf.matMul(head, tf.transpose<tf.Tensor2D>(hidden_BC)))
      })
    },
    inspect,
  }
}
