import { totalmem } from 'node:os'
import { type Backend, linear, tf } from '@sluice/compute'
import { ConfigError } from '@sluice/pipeline'
import {
  countParameters,
  flopsPerToken,
  type ModelShape,
  type ParameterCount,
  type TrainingMemory,
  trainingMemory,
} from '@sluice/transformer'
import { chooseVariant } from './choose.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import { vocabularyOf } from './memory.ts'
import { modelShape } from './model.ts'
import type { Recipe } from './recipe.ts'

/** What a recipe would train, and what that would take. */
export interface RunPlan {
  readonly recipe: Recipe
  readonly backend: Backend
  readonly shape: ModelShape
  /** Whether the vocabulary is a guess: the tokenizer tells its size only once it is there. */
  readonly vocabularyGuessed: boolean
  readonly parameters: ParameterCount
  readonly tokensPerStep: number
  /** Of all steps. */
  readonly tokens: number
  /** Floating-point operations of a token, forward and backward. */
  readonly flopsPerToken: number
  /** Bytes of tensors at the peak of a step, an upper estimate. */
  readonly memory: TrainingMemory
  /** Bytes that this machine has. */
  readonly machineMemory: number
  /** Floating-point operations a second that a product of the feed-forward's shape reaches here. */
  readonly measuredFlops: number
  /** Of all steps, if the whole reaches `efficiency` of that. */
  readonly seconds: number
}

/** Share of a lone product's speed that a whole step reaches; measured 0.6 to 0.8. */
const efficiency = 0.7

/**
 * Plans a run without allocating the model: any published shape can be asked for. Only a product of a few rows is computed, to see
 * how fast this machine is.
 *
 * @throws ConfigError for a model of somebody else's that cannot tell its shape
 */
export async function planRecipe(loaded: LoadedRecipe): Promise<RunPlan> {
  // A plan says what does not fit; it is not refused for that.
  const { backend, recipe } = await chooseVariant(loaded, undefined)
  const { data, tokenizer, train } = recipe
  const vocabSize = vocabularyOf(tokenizer)
  const shape = modelShape({ recipe, registry: loaded.registry }, vocabSize)
  if (!shape) {
    throw new ConfigError(`the model "${recipe.model.use}" cannot tell what it would be without being built`, {
      place: 'model.use',
    })
  }
  const tokensPerStep = data.batchSize * data.blockSize
  const tokens = tokensPerStep * train.steps
  const operations = flopsPerToken(shape)
  const measuredFlops = measure(shape, tokensPerStep)
  return {
    recipe,
    backend,
    shape,
    vocabularyGuessed: typeof tokenizer.vocabSize !== 'number',
    parameters: countParameters(shape.parameters),
    tokensPerStep,
    tokens,
    flopsPerToken: operations,
    memory: trainingMemory(shape, { rows: data.batchSize }),
    machineMemory: totalmem(),
    measuredFlops,
    seconds: (tokens * operations) / (measuredFlops * efficiency),
  }
}

/** At most so many multiplications in the product that is timed. */
const most = 2 ** 29

function measure({ width, inner }: ModelShape, tokens: number): number {
  const [from, to] = [Math.min(width, 2048), Math.min(inner, 4096)]
  const rows = Math.max(16, Math.min(tokens, Math.floor(most / (from * to))))
  return tf.tidy(() => {
    const x = tf.ones<tf.Rank.R2>([rows, from])
    const w = tf.ones<tf.Rank.R2>([from, to])
    const multiply = () => tf.tidy(() => void linear(x, w, null).dataSync())
    multiply()
    let fastest = Number.POSITIVE_INFINITY
    const begun = performance.now()
    do {
      const start = performance.now()
      multiply()
      fastest = Math.min(fastest, (performance.now() - start) / 1000)
    } while (performance.now() - begun < 300)
    return (2 * rows * from * to) / fastest
  })
}
