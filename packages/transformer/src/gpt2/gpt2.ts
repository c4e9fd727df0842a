import { crossEntropy, layerNorm, linear, tf } from '@sluice/compute'
import { constantPositions, positionEmbedding, tokenEmbedding } from '@sluice/embed'
import type { NamedTensor } from '@sluice/pipeline'
import { residualDropout } from '../dropout.ts'
import { inspected } from '../inspect.ts'
import { throughLayers } from '../layers.ts'
import type { ForwardOptions, LanguageModel } from '../model.ts'
import type { Parameter, Pass } from '../pass.ts'
import { checkPositions, checkRows, countedPositions, splitTargets, tellTargets } from '../rows.ts'
import { assignVariables, checkWeights, makeVariables } from '../variables.ts'
import { block } from './block.ts'
import { cachingDecoder } from './cachingDecoder.ts'
import { type Gpt2Config, type Gpt2Options, gpt2Config } from './config.ts'
import { gpt2HfConfig } from './hf-config.ts'
import { gpt2Shape, initialWeights } from './parameters.ts'

// B rows (batch), T time, N = B * T, C width, V vocabulary

export interface Gpt2Model extends LanguageModel {
  readonly config: Gpt2Config
}

/**
 * GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners") on the current tensor backend.
 *
 * @param options.seed of the initialisation, used where no weights are given
 * @param options.weights exactly the model's parameters by name; copied
 * @throws ConfigError when the shape cannot be
 * @throws StateError when the weights are of another shape
 */
export function gpt2(
  options: Gpt2Options | Gpt2Config,
  { seed, weights }: { seed: number; weights?: ReadonlyMap<string, NamedTensor> | undefined },
): Gpt2Model {
  const config = gpt2Config(options)
  const shape = gpt2Shape(config)
  const specs = shape.parameters
  const given = weights && withoutConstants(config, weights)
  if (given) checkWeights(specs, given)
  const parameters = makeVariables(specs, given ?? initialWeights(config, seed))
  const parameter: Parameter = <T extends tf.Tensor>(name: string) => parameters.get(name) as tf.Tensor as T
  const positions = positionEmbedding({
    kind: config.positions,
    blockSize: config.blockSize,
    width: config.width,
    weight: parameters.get('transformer.wpe.weight'),
  })
  const head = parameter<tf.Tensor2D>(config.tieHead ? 'transformer.wte.weight' : 'lm_head.weight')

  /** [N] ids to the last layer's output, before the final norm: [N, C]. */
  const stream = (ids: Int32Array, pass: Pass & { positions?: Int32Array | undefined }): tf.Tensor2D => {
    const tokens_NC = tokenEmbedding(parameter('transformer.wte.weight'), ids)
    const places = pass.positions ?? countedPositions(ids.length, pass.time)
    const positions_NC = positions.embed(places)
    let x_NC = positions_NC ? tf.add<tf.Tensor2D>(tokens_NC, positions_NC) : tokens_NC
    x_NC = residualDropout(x_NC, config.dropout.embedding, 'embedding', pass.training)
    const prefix = (layer: number) => `transformer.h.${layer}.`
    const { layers } = config
    const through = { layers, parameters, prefix, pass }
    return throughLayers(x_NC, (x, layer) => block(x, layer, parameter, config, pass), through)
  }
  const finalNorm = (x_NC: tf.Tensor2D) =>
    layerNorm(x_NC, parameter('transformer.ln_f.weight'), parameter('transformer.ln_f.bias'), config.epsilon)
  const project = (hidden_NC: tf.Tensor2D): tf.Tensor2D => linear(hidden_NC, tf.transpose(head), null)

  const forward = (ids: Int32Array, { rows, segments, positions }: ForwardOptions) => {
    const time = checkRows(ids, rows, config.blockSize)
    if (positions) checkPositions(positions, config.blockSize)
    return { time, hidden: stream(ids, { batch: rows, time, segments, positions }) }
  }

  const model: Gpt2Model = {
    shape,
    config,
    predicts: 'next',
    parameters,
    loss(batch, { training, onTargets, ...how }) {
      const { inputs, targets, weights, ...rest } = splitTargets(batch, config.blockSize)
      return tf.tidy(() => {
        const pass = { batch: batch.rows, ...rest, training: training ? how : undefined }
        const hidden_NC = finalNorm(stream(inputs, pass))
        const losses = onTargets && new Float32Array(targets.length)
        const loss = crossEntropy(hidden_NC, head, targets, { ...weights, losses })
        if (losses) tellTargets(onTargets, { losses, weights: weights.weights, time: rest.time, shift: 1 })
        return loss
      })
    },
    logits(ids, options) {
      return tf.tidy(() => {
        const { time, hidden } = forward(ids, options)
        return tf.reshape<tf.Rank.R3>(project(finalNorm(hidden)), [options.rows, time, config.vocabSize])
      })
    },
    nextLogits(ids, options) {
      const { rows } = options
      return tf.tidy(() => {
        const { time, hidden } = forward(ids, options)
        const last = tf.tensor1d(
          Array.from({ length: rows }, (_, row) => (row + 1) * time - 1),
          'int32',
        )
        const hidden_BC = finalNorm(tf.gather(hidden, last))
        // The table times the few hidden vectors: no transposed copy of the large one.
        return tf.transpose<tf.Tensor2D>(tf.matMul(head, tf.transpose<tf.Tensor2D>(hidden_BC)))
      })
    },
    weights() {
      const copies = new Map<string, NamedTensor>()
      const add = (name: string, shape: readonly number[], data: Float32Array) =>
        copies.set(name, { name, dtype: 'float32', shape, data })
      for (const [name, variable] of parameters) {
        add(name, variable.shape, (variable.dataSync() as Float32Array).slice())
        if (name === 'transformer.wte.weight' && config.positions !== 'learned') {
          const table = constantPositions(config.positions, config)
          add('transformer.wpe.weight', [config.blockSize, config.width], table)
        }
      }
      return copies
    },
    decoder: options => cachingDecoder(model, options),
    assign(weights) {
      assignVariables(specs, parameters, withoutConstants(config, weights))
    },
    hfConfig: tokens => gpt2HfConfig(config, tokens),
    inspect(ids) {
      const time = checkRows(ids, 1, config.blockSize)
      return inspected({
        ...config,
        time,
        causal: true,
        forward: observe => void stream(ids, { batch: 1, time, observe }),
        project: x => project(finalNorm(x)),
      })
    },
    dispose() {
      for (const variable of parameters.values()) variable.dispose()
      positions.dispose()
    },
  }
  return model
}

/** The table of positions that are not learned is written with the weights but made anew from the config. */
function withoutConstants(config: Gpt2Config, weights: ReadonlyMap<string, NamedTensor>) {
  if (config.positions === 'learned') return weights
  return new Map([...weights].filter(([name]) => name !== 'transformer.wpe.weight'))
}
