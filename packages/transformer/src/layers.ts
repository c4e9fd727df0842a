import { recomputed, type tf } from '@sluice/compute'
import type { Pass } from './pass.ts'

/** One block of a model: the residual stream in, the residual stream out. */
export type Block = (x_NC: tf.Tensor2D, layer: number) => tf.Tensor2D

/**
 * All blocks of a model, one after the other.
 *
 * @param options.prefix of the names of a layer's parameters
 */
export function throughLayers(
  x_NC: tf.Tensor2D,
  block: Block,
  options: {
    layers: number
    parameters: ReadonlyMap<string, tf.Variable>
    prefix: (layer: number) => string
    pass: Pick<Pass, 'training' | 'observe'>
  },
): tf.Tensor2D {
  const { layers, parameters, prefix, pass } = options
  const { training, observe } = pass
  let stream = x_NC
  for (let layer = 0; layer < layers; layer++) {
    observe?.stream(layer, stream)
    if (!training?.recompute) {
      stream = block(stream, layer)
      continue
    }
    const own = [...parameters].filter(([name]) => name.startsWith(prefix(layer))).map(([, variable]) => variable)
    stream = recomputed(stream, own, x => block(x, layer))
  }
  observe?.stream(layers, stream)
  return stream
}
