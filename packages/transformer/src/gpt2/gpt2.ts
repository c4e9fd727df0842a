import { layerNorm, tf } from '@sluice/compute'
import { constantPositions, positionEmbedding, tokenEmbedding } from '@sluice/embed'
import type { NamedTensor } from '@sluice/pipeline'
import { throughLayers } from '../layers.ts'
import type { LanguageModel } from '../model.ts'
import type { Parameter } from '../pass.ts'
import { nextTokenMethods, type Reading } from '../reading.ts'
import { countedPositions } from '../rows.ts'
import { residualDropout } from '../sublayers.ts'
import { assignVariables, checkWeights, copiesOf, makeVariables } from '../variables.ts'
import { block } from './block.ts'
import { cachingDecoder } from './cachingDecoder.ts'
import { type Gpt2Config, type Gpt2Options, gpt2Config } from './config.ts'
import { gpt2HfConfig } from './hf-config.ts'
import { gpt2Shape, initialWeights } from './parameters.ts'

// B rows (batch), T time, N = B * T, C width, V vocabulary

const positionsName = 'transformer.wpe.weight'

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
    weight: parameters.get(positionsName),
  })
  const head = parameter<tf.Tensor2D>(config.tieHead ? 'transformer.wte.weight' : 'lm_head.weight')

  /** [N] ids to the last layer's output, before the final norm: [N, C]. */
  const stream = (ids: Int32Array, pass: Reading): tf.Tensor2D => {
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

  const model: Gpt2Model = {
    shape,
    config,
    ...nextTokenMethods({ shape, stream, finalNorm, head }),
    parameters,
    weights() {
      const copies = new Map<string, NamedTensor>()
      for (const [name, copy] of copiesOf(parameters)) {
        copies.set(name, copy)
        if (name !== 'transformer.wte.weight' || config.positions === 'learned') continue
        const data = constantPositions(config.positions, config)
        const shape = [config.blockSize, config.width]
        copies.set(positionsName, { name: positionsName, dtype: 'float32', shape, data })
      }
      return copies
    },
    decoder: options => cachingDecoder(model, options),
    assign(weights) {
      assignVariables(specs, parameters, withoutConstants(config, weights))
    },
    hfConfig: tokens => gpt2HfConfig(config, tokens),
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
  return new Map([...weights].filter(([name]) => name !== positionsName))
}
