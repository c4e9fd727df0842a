import { crossEntropy, embedding, layerNorm, linear, tf } from '@sluice/compute'
import { tokenEmbedding } from '@sluice/embed'
import { DataError, type NamedTensor, SchemaError } from '@sluice/pipeline'
import { fromHf, toHf } from '../hf/layout.ts'
import { throughLayers } from '../layers.ts'
import { ignoredLabel, type MaskedModel } from '../model.ts'
import { initialValues } from '../parameters.ts'
import type { Parameter } from '../pass.ts'
import { type Reading, readingMethods } from '../reading.ts'
import { countedPositions, cut, inputsOf, tellTargets } from '../rows.ts'
import { residualDropout } from '../sublayers.ts'
import { assignVariables, copiesOf, makeVariables } from '../variables.ts'
import { bertBlock } from './block.ts'
import { type BertConfig, type BertOptions, bertConfig } from './config.ts'
import { bertHfConfig } from './hf-config.ts'
import { bertLayout, bertShape } from './parameters.ts'
import { withoutConstants, withPositions } from './positions.ts'

// B rows (batch), T time, N = B * T, C width, V vocabulary, M masked places

export interface BertModel extends MaskedModel {
  readonly config: BertConfig
}

/**
 * BERT (Devlin et al. 2019, "Pre-training of Deep Bidirectional Transformers") with its head for masked tokens, on the current
 * tensor backend. The output projection is the token table; only masked places are multiplied with it.
 *
 * @param options.seed of the initialisation, used where no weights are given
 * @param options.weights exactly the model's, as `weights()` gives them; copied
 * @throws ConfigError when the shape cannot be
 * @throws StateError when the weights are of another shape
 */
export function bert(
  options: BertOptions | BertConfig,
  { seed, weights }: { seed: number; weights?: ReadonlyMap<string, NamedTensor> | undefined },
): BertModel {
  const config = bertConfig(options)
  const shape = bertShape(config)
  const layout = bertLayout(config)
  const specs = shape.parameters
  const own = (given: ReadonlyMap<string, NamedTensor>) => fromHf(layout, specs, withoutConstants(config, given))
  const parameters = makeVariables(specs, weights ? own(weights) : initialValues(specs, seed))
  const parameter: Parameter = <T extends tf.Tensor>(name: string) => parameters.get(name) as tf.Tensor as T
  const table = parameter<tf.Tensor2D>('bert.embeddings.word_embeddings.weight')
  const norm = (x: tf.Tensor2D, name: string) =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.epsilon)

  /** [N] ids to the last layer's output, [N, C]. */
  const stream = (ids: Int32Array, pass: Reading): tf.Tensor2D => {
    const x_NC = tf.tidy(() => {
      const types = embedding(
        parameter<tf.Tensor2D>('bert.embeddings.token_type_embeddings.weight'),
        checkTypes(pass.tokenTypes ?? new Int32Array(ids.length), ids.length, config.tokenTypes),
      )
      let sum = tf.add<tf.Tensor2D>(tokenEmbedding(table, ids), types)
      if (config.positions === 'learned') {
        const places = pass.positions ?? countedPositions(ids.length, pass.time)
        sum = tf.add(sum, embedding(parameter<tf.Tensor2D>('bert.embeddings.position_embeddings.weight'), places))
      }
      const normal = norm(sum, 'bert.embeddings.LayerNorm')
      return residualDropout(normal, config.dropout, 'bert.embeddings', pass.training)
    })
    const prefix = (layer: number) => `bert.encoder.layer.${layer}.`
    const through = { layers: config.layers, parameters, prefix, pass }
    return throughLayers(x_NC, (x, layer) => bertBlock(x, layer, parameter, config, pass), through)
  }
  /** What is compared with the table of tokens. */
  const transform = (hidden_MC: tf.Tensor2D): tf.Tensor2D => {
    const name = 'cls.predictions.transform'
    const dense = linear(hidden_MC, parameter(`${name}.dense.weight`), parameter(`${name}.dense.bias`), {
      activation: 'gelu',
    })
    return norm(dense, `${name}.LayerNorm`)
  }
  const bias = parameter<tf.Tensor1D>('cls.predictions.bias')

  const { logits, inspect } = readingMethods({
    shape,
    causal: false,
    stream,
    project: x => linear(transform(x), tf.transpose(table), bias),
  })

  return {
    shape,
    config,
    predicts: 'masked',
    parameters,
    loss(batch, { training, onTargets, ...how }) {
      const { inputs, ...rest } = inputsOf(batch, config.blockSize)
      const { places, targets } = placesOf(batch.labels, batch.rows)
      const weights = batch.weights ? { weights: Float32Array.from(places, place => batch.weights![place]!) } : {}
      return tf.tidy(() => {
        const pass = { batch: batch.rows, ...rest, training: training ? how : undefined }
        const masked_MC = transform(embedding(stream(inputs, pass), places))
        // The bias is one more channel: of the table, with a one beside every vector.
        const ones = tf.ones<tf.Rank.R2>([places.length, 1])
        const biased = tf.concat<tf.Tensor2D>([table, tf.reshape(bias, [-1, 1])], 1)
        const losses = onTargets && new Float32Array(targets.length)
        const hidden_MC = tf.concat<tf.Tensor2D>([masked_MC, ones], 1)
        const loss = crossEntropy(hidden_MC, biased, targets, { ...weights, losses })
        if (losses) tellTargets(onTargets, { losses, places, time: rest.time, shift: 0 })
        return loss
      })
    },
    logits,
    inspect,
    weights: () => withPositions(config, toHf(layout, copiesOf(parameters))),
    assign(given) {
      assignVariables(specs, parameters, own(given))
    },
    hfConfig: tokens => bertHfConfig(config, tokens),
    dispose() {
      for (const variable of parameters.values()) variable.dispose()
    },
  }
}

/** Which of the N inputs are to be foretold, and as what. */
function placesOf(labels: Int32Array | undefined, rows: number) {
  if (!labels) {
    throw new SchemaError('the blocks have no labels: nothing says which tokens are masked', {
      advice: 'put the stage "mask" before training',
    })
  }
  const all = cut(labels, rows, 0)
  const places: number[] = []
  for (let i = 0; i < all.length; i++) if (all[i] !== ignoredLabel) places.push(i)
  if (places.length === 0) {
    throw new DataError('a batch has no masked token', {
      advice: 'make the batch or the share of masked tokens larger',
    })
  }
  return { places: Int32Array.from(places), targets: Int32Array.from(places, place => all[place]!) }
}

function checkTypes(types: Int32Array, count: number, kinds: number): Int32Array {
  if (types.length !== count) throw new SchemaError(`${types.length} token types do not belong to ${count} token ids`)
  const beyond = types.find(type => type < 0 || type >= kinds)
  if (beyond !== undefined) throw new SchemaError(`token type ${beyond} is none of the model's ${kinds}`)
  return types
}
