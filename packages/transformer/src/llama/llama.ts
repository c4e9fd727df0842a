import { crossEntropy, linear, rmsNorm, rotaryTables, tf } from '@sluice/compute'
import { tokenEmbedding } from '@sluice/embed'
import type { NamedTensor } from '@sluice/pipeline'
import { residualDropout } from '../dropout.ts'
import { fromHf, toHf } from '../hf/layout.ts'
import { inspected } from '../inspect.ts'
import { throughLayers } from '../layers.ts'
import type { ForwardOptions, LanguageModel } from '../model.ts'
import { initialValues } from '../parameters.ts'
import type { Parameter, Pass } from '../pass.ts'
import { checkPositions, checkRows, countedPositions, splitTargets, tellTargets } from '../rows.ts'
import { assignVariables, copiesOf, makeVariables } from '../variables.ts'
import { llamaBlock } from './block.ts'
import { type LlamaConfig, type LlamaOptions, llamaConfig } from './config.ts'
import { llamaDecoder } from './decoder.ts'
import { llamaHfConfig } from './hf-config.ts'
import { llamaLayout, llamaShape } from './parameters.ts'

// B rows (batch), T time, N = B * T, C width, V vocabulary

export interface LlamaModel extends LanguageModel {
  readonly config: LlamaConfig
}

/**
 * A decoder in the style of Llama (Touvron et al. 2023; grouped-query attention as in Llama 2 and 3) on the current tensor
 * backend: RMS norms, rotary positions, SwiGLU, no biases.
 *
 * @param options.seed of the initialisation, used where no weights are given
 * @param options.weights exactly the model's, as `weights()` gives them; copied
 * @throws ConfigError when the shape cannot be
 * @throws StateError when the weights are of another shape
 */
export function llama(
  options: LlamaOptions | LlamaConfig,
  { seed, weights }: { seed: number; weights?: ReadonlyMap<string, NamedTensor> | undefined },
): LlamaModel {
  const config = llamaConfig(options)
  const shape = llamaShape(config)
  const layout = llamaLayout(config)
  const specs = shape.parameters
  const parameters = makeVariables(specs, weights ? fromHf(layout, specs, weights) : initialValues(specs, seed))
  const parameter: Parameter = <T extends tf.Tensor>(name: string) => parameters.get(name) as tf.Tensor as T
  const head = parameter<tf.Tensor2D>(config.tieHead ? 'model.embed_tokens.weight' : 'lm_head.weight')
  const tables = tablesOf(config)

  /** [N] ids to the last layer's output, before the final norm: [N, C]. */
  const stream = (ids: Int32Array, pass: Pass & { positions?: Int32Array | undefined }): tf.Tensor2D => {
    const positions = pass.positions ?? countedPositions(ids.length, pass.time)
    let x_NC = tokenEmbedding(parameter('model.embed_tokens.weight'), ids)
    x_NC = residualDropout(x_NC, config.dropout, 'embedding', pass.training)
    const prefix = (layer: number) => `model.layers.${layer}.`
    const through = { layers: config.layers, parameters, prefix, pass }
    const told = { ...pass, positions, tables }
    return throughLayers(x_NC, (x, layer) => llamaBlock(x, layer, parameter, config, told), through)
  }
  const finalNorm = (x_NC: tf.Tensor2D) => rmsNorm(x_NC, parameter('model.norm.weight'), config.epsilon)
  const forward = (ids: Int32Array, { rows, segments, positions }: ForwardOptions) => {
    const time = checkRows(ids, rows, config.blockSize)
    if (positions) checkPositions(positions, config.blockSize)
    return { time, hidden: stream(ids, { batch: rows, time, segments, positions }) }
  }

  const model: LlamaModel = {
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
        const logits_NV = linear(finalNorm(hidden), tf.transpose(head), null)
        return tf.reshape<tf.Rank.R3>(logits_NV, [options.rows, time, config.vocabSize])
      })
    },
    nextLogits(ids, options) {
      const { rows } = options
      return tf.tidy(() => {
        const { time, hidden } = forward(ids, options)
        const last = Array.from({ length: rows }, (_, row) => (row + 1) * time - 1)
        const hidden_BC = finalNorm(tf.gather(hidden, tf.tensor1d(last, 'int32')))
        // The table times the few hidden vectors: no transposed copy of the large one.
        return tf.transpose<tf.Tensor2D>(tf.matMul(head, tf.transpose<tf.Tensor2D>(hidden_BC)))
      })
    },
    decoder: decoderOptions => llamaDecoder({ config, parameter, head, tables }, decoderOptions),
    weights: () => toHf(layout, copiesOf(parameters)),
    assign(weights) {
      assignVariables(specs, parameters, fromHf(layout, specs, weights))
    },
    hfConfig: tokens => llamaHfConfig(config, tokens),
    inspect(ids) {
      const time = checkRows(ids, 1, config.blockSize)
      return inspected({
        ...config,
        time,
        causal: true,
        forward: observe => void stream(ids, { batch: 1, time, observe }),
        project: x => linear(finalNorm(x), tf.transpose(head), null),
      })
    },
    dispose() {
      for (const variable of parameters.values()) variable.dispose()
    },
  }
  return model
}

/** Where positions are not told, one row that turns nothing. */
function tablesOf({ positions, blockSize, width, heads, theta }: LlamaConfig) {
  const dim = width / heads
  if (positions === 'rotary') return rotaryTables(blockSize, dim, theta)
  const half = blockSize * (dim / 2)
  return { cosines: new Float32Array(half).fill(1), sines: new Float32Array(half) }
}
