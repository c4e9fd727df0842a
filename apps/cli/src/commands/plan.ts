import { resolve } from 'node:path'
import { ConfigError, nearest } from '@sluice/pipeline'
import { loadRecipe, planRecipe, presetFamilies, type RunPlan, withChanges } from '@sluice/recipe'
import { coloursFor } from '../terminal/colours.ts'
import { bytes, longDuration, short } from '../terminal/format.ts'
import { backends } from './backends.ts'
import type { Command } from './command.ts'

interface PlanOptions {
  readonly config: string
  readonly preset: string | undefined
  readonly backend: string | undefined
  readonly json: boolean
}

export const planCommand: Command<PlanOptions> = {
  command: 'plan <config>',
  describe: 'Say what a recipe would train and what it would take, without building it',
  positionals: {
    config: { type: 'string', demandOption: true, describe: 'The recipe, a JSON file' },
  },
  options: {
    preset: { type: 'string', describe: 'A published shape instead of the recipe’s model, such as gpt2-medium' },
    backend: { type: 'string', choices: backends, describe: 'What computes instead of what the recipe says' },
    json: { type: 'boolean', default: false, describe: 'Print one JSON object' },
  },
  examples: [
    ['$0 plan recipes/quickstart.json', 'parameters, operations, memory, time'],
    ['$0 plan recipes/quickstart.json --preset gpt3', 'the same of GPT-3, which is not built'],
  ],
  async run({ config, preset, backend, json }, console) {
    const loaded = await loadRecipe(resolve(console.cwd, config))
    const changed = withChanges(loaded.config, backend === undefined ? {} : { train: { backend } })
    // What a backend's variant says of the model's shape belongs to the recipe's own model.
    const { perBackend: _, ...bare } = changed
    const wanted = preset === undefined ? changed : { ...bare, model: modelOf(preset) }
    const plan = await planRecipe({ ...loaded, config: wanted })
    const { shape, recipe, backend: chosen, ...figures } = plan
    if (json) {
      const { parameters: _parameters, ...sizes } = shape
      const told = { name: recipe.name, model: sizes, backend: chosen.description, ...figures }
      console.stdout.write(`${JSON.stringify(told)}\n`)
      return 0
    }
    const { bold, dim } = coloursFor(console.stdout, console.env)
    for (const [name, value, note] of lines(plan)) {
      console.stdout.write(`${bold(name.padEnd(18))}  ${value.padStart(10)}${note ? `  ${dim(note)}` : ''}\n`)
    }
    const { total } = plan.memory
    if (total > plan.machineMemory) {
      console.stdout.write(
        `\nThis machine has ${bytes(plan.machineMemory)}: it does not fit. Make the model, data.batchSize or data.blockSize smaller.\n`,
      )
    }
    return 0
  },
}

function modelOf(preset: string) {
  const use = presetFamilies[preset]
  if (use) return { use, preset }
  const near = nearest(preset, Object.keys(presetFamilies))
  const advice = `there are: ${Object.keys(presetFamilies).join(', ')}`
  throw new ConfigError(`no preset is called "${preset}"${near ? `, did you mean ${near}?` : ''}`, { advice })
}

function* lines(plan: RunPlan): Generator<[string, string, string?]> {
  const { recipe, backend, shape, parameters, memory } = plan
  const { family, layers, width, heads, inner, vocabSize, blockSize } = shape
  const guessed = plan.vocabularyGuessed ? ' (a guess: the tokenizer is not there yet)' : ''
  yield [
    'parameters',
    short(parameters.total),
    `${family}: ${layers} layers, ${width} wide, ${heads} heads, feed-forward ${inner}, vocabulary ${vocabSize}${guessed}`,
  ]
  for (const [group, count] of Object.entries(parameters.groups)) {
    if (count > 0) yield [`  ${group}`, short(count), `${((100 * count) / parameters.total).toFixed(1)} %`]
  }
  const perParameter = plan.tokens / parameters.total
  const rows = `${recipe.data.batchSize} x ${blockSize} a step, ${recipe.train.steps} steps`
  yield ['tokens', short(plan.tokens), `${rows}; ${perParameter.toPrecision(2)} for each parameter`]
  yield ['operations', short(plan.tokens * plan.flopsPerToken), `${short(plan.flopsPerToken)} for each token`]
  yield ['memory', bytes(memory.total), 'of tensors at most, an upper estimate']
  yield ['  weights', bytes(memory.parameters)]
  yield ['  gradients', bytes(memory.gradients)]
  yield ['  AdamW', bytes(memory.optimizer)]
  yield ['  activations', bytes(memory.activations)]
  const rate = plan.tokens / plan.seconds
  const speed = `${short(plan.measuredFlops)} operations/s measured of one product`
  yield [
    'time',
    longDuration(plan.seconds),
    `about; ${rate < 10 ? rate.toPrecision(2) : short(rate)} tokens/s on ${backend.description} (${speed})`,
  ]
}
