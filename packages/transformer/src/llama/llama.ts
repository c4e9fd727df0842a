import { rmsNorm, rotaryTables, type tf } from '@sluice/compute'
import { tokenEmbedding } from '@sluice/embed'
import type { NamedTensor } from '@sluice/pipeline'
import { fromHf, toHf } from '../hf/layout.ts'
import { throughLayers } from '../layers.ts'
import type { LanguageModel } from '../model.ts'
import { initialValues } from '../parameters.ts'
import type { Parameter } from '../pass.ts'
import { nextTokenMethods, type Reading } from '../reading.ts'
import { countedPositions } from '../rows.ts'
import { residualDropout } from '../sublayers.ts'
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
  const stream = (ids: Int32Array, pass: Reading): tf.Tensor2D => {
    const positions = pass.positions ?? countedPositions(ids.length, pass.time)
    let x_NC = tokenEmbedding(parameter('model.embed_tokens.weight'), ids)
    x_NC = residualDropout(x_NC, config.dropout, 'embedding', pass.training)
    const prefix = (layer: number) => `model.layers.${layer}.`
    const through = { layers: config.layers, parameters, prefix, pass }
    const told = { ...pass, positions, tables }
    return throughLayers(x_NC, (x, layer) => llamaBlock(x, layer, parameter, config, told), through)
  }
  const finalNorm = (x_NC: tf.Tensor2D) => rmsNorm(x_NC, parameter('model.norm.weight'), config.epsilon)

  return {
    shape,
    config,
    ...nextTokenMethods({ shape, stream, finalNorm, head }),
    parameters,
    decoder: decoderOptions => llamaDecoder({ config, parameter, head, tables }, decoderOptions),
    weights: () => toHf(layout, copiesOf(parameters)),
    assign(weights) {
      assignVariables(specs, parameters, fromHf(layout, specs, weights))
    },
    hfConfig: tokens => llamaHfConfig(config, tokens),
    dispose() {
      for (const variable of parameters.values()) variable.dispose()
    },
  }
}

/** Where positions are not told, one row that turns nothing. */
function tablesOf({ positions, blockSize, width, heads, theta }: LlamaConfig) {
  const dim = width / heads
  if (positions === 'rotary') return rotaryTables(blockSize, dim, theta)
  const half = blockSize * (dim / 2)
  return { cosines: new Float32Array(half).fill(1), sines: new Float32Array(half) }
}
