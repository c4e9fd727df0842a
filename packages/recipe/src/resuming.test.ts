import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { agree } from './agree.ts'
import { checkRecipe } from './check-recipe.ts'
import { builtInRegistry } from './registry.ts'
import { recipeSchema } from './schema/recipe.ts'
import { tinyConfig } from './testing/tiny.ts'

// docs/resuming.md says of each key what becomes of it between a stop and a resume; what it says is tried here.

const page = readFileSync(new URL('../../../docs/resuming.md', import.meta.url), 'utf8')
const table = new Map(
  [...page.matchAll(/^\| (`[^|]+) \| (bound|told|free)[^|]*\|$/gm)].flatMap(([, keys, what]) =>
    [...keys!.matchAll(/`([^`]+)`/g)].map(([, key]) => [key!, what!] as const),
  ),
)

test('every key of a recipe stands in the table', () => {
  const keys = Object.keys(recipeSchema(builtInRegistry()).shape)
  expect([...table.keys()].filter(key => !key.includes('.'))).toEqual(expect.arrayContaining(keys))
})

const read = (changes: object) =>
  checkRecipe({ config: { ...tinyConfig, ...changes }, baseDir: '/', registry: builtInRegistry() })

const changed: Record<string, object> = {
  name: { name: 'other' },
  $schema: { $schema: './x.json' },
  modules: { modules: [] },
  seed: { seed: 8 },
  memory: { memory: '2GB' },
  sources: { sources: [{ use: 'text', path: 'other' }] },
  mix: { mix: { unit: 'documents' } },
  refine: { refine: [{ use: 'normalize' }] },
  tokenizer: { tokenizer: { use: 'char' } },
  data: { data: { ...tinyConfig.data, batchSize: 5 } },
  dataWorkers: { dataWorkers: 2 },
  model: { model: { ...tinyConfig.model, width: 32 } },
  init: { init: 'elsewhere' },
  train: { train: { ...tinyConfig.train, learningRate: 1 } },
  checkpoint: { checkpoint: { every: 9 } },
  perBackend: { perBackend: { wasm: { seed: 3 } } },
  ...Object.fromEntries(
    Object.entries({
      steps: 99,
      evaluateEvery: 3,
      sampleEvery: 3,
      patience: 3,
      backend: 'wasm',
      threads: 2,
      blame: true,
      tensorboard: true,
      sample: { tokens: 9 },
      'gpu.memory': 1e9,
    }).map(([key, value]) => {
      const [outer, inner] = key.split('.')
      const train = { ...tinyConfig.train, [outer!]: inner === undefined ? value : { [inner]: value } }
      return [`train.${key}`, { train }] as const
    }),
  ),
}

test.each([...table])('%s is %s', (key, what) => {
  const changes = changed[key]
  expect(changes, 'a key of the table that is not tried').toBeDefined()
  let found = 'free'
  try {
    if (agree(read(changes!), read({}), 'checkpoint').length > 0) found = 'told'
  } catch {
    found = 'bound'
  }
  expect(found).toBe(what)
})
