import { ConfigError, parseConfig, Registry } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecipe } from '../check-recipe.ts'
import { builtInRegistry } from '../registry.ts'
import { starterRecipe } from '../starter.ts'

function check(config: Record<string, unknown>, registry = builtInRegistry()) {
  return checkRecipe({ config, baseDir: '/', registry })
}

const least = {
  name: 'least',
  sources: [{ use: 'text', path: 'a.txt' }],
  tokenizer: { use: 'char' },
  model: { use: 'gpt2', layers: 1, width: 8, heads: 1 },
  train: { steps: 5 },
}

test('defaults are filled in and sizes are bytes', () => {
  const recipe = check({ ...least, memory: '2GB', data: { shuffle: '64KiB' } })
  expect(recipe.memory).toBe(2e9)
  expect(recipe.data).toEqual({
    blockSize: 128,
    batchSize: 16,
    pack: { fit: 'stream', gaps: 'split', window: 1_048_576 },
    shuffle: 65536,
    mask: { share: 0.15, maskShare: 0.8, randomShare: 0.1, wholeWords: false },
    evaluation: { share: 0.02, by: 'document', tokens: 100_000 },
  })
  expect(recipe).toMatchObject({ seed: 1, mix: { unit: 'bytes' }, refine: [], checkpoint: { every: 200, keep: 3 } })
  expect(recipe.sources[0]).toMatchObject({ weight: 1, path: 'a.txt' })
  expect(recipe.tokenizer.trainOn).toBe(50e6)
})

test('what was checked can be checked again', () => {
  const recipe = check(least)
  expect(check(recipe as never)).toEqual(recipe)
})

test.each([
  [{ ...least, modell: {} }, 'modell: is no key that is known here; did you mean "model"?'],
  [
    { ...least, sources: [{ use: 'text', paht: 'a' }] },
    'sources[0].paht: is no key that is known here; did you mean "path"?',
  ],
  [
    { ...least, sources: [{ use: 'txt', path: 'a' }] },
    'sources[0].use: is none of those known: found "txt"; did you mean "text"?',
  ],
  [{ ...least, model: { ...least.model, heads: 3 } }, /^model\.heads: heads must divide width/],
  [
    { ...least, refine: [{ use: 'normalise' }] },
    'refine[0].use: is none of those known: found "normalise"; did you mean "normalize"?',
  ],
  [
    { ...least, perBackend: { wasm: { model: { with: 3 } } } },
    'perBackend.wasm.model.with: is no key that is known here; did you mean "width"?',
  ],
  [{ ...least, perBackend: { gpu: {} } }, /^perBackend\.gpu: is no key that is known here; /],
  [{ ...least, data: { shuffle: 'much' } }, /^data\.shuffle: expected a size in bytes, such as "64MB"/],
  [{ ...least, name: '../escape' }, /^name: expected letters, digits/],
])('%# is refused', (config, message) => {
  let error: unknown
  try {
    check(config)
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(ConfigError)
  expect(String(error)).toMatch(message)
})

test('a variant may say a part of a section, and no default fills it in', () => {
  const { perBackend } = check({ ...least, perBackend: { wasm: { model: { layers: 2 }, data: { evaluation: {} } } } })
  expect(perBackend).toEqual({ wasm: { model: { layers: 2 }, data: { evaluation: {} } } })
})

test('kinds of a module are part of the schema', () => {
  const kind = { kind: 'refine', use: 'shout', summary: '', config: z.object({ loud: z.boolean() }), build: () => ({}) }
  const registry = new Registry([...['source', 'tokenizer', 'model'].flatMap(k => builtInRegistry().of(k)), kind])
  expect(check({ ...least, refine: [{ use: 'shout', loud: true }] }, registry).refine).toEqual([
    { use: 'shout', loud: true },
  ])
})

test('the starter recipe is valid, and says so itself', () => {
  const { value } = parseConfig(starterRecipe(), 'recipe.jsonc')
  expect(check(value as Record<string, unknown>)).toMatchObject({ name: 'my-model', $schema: './schema.json' })
})
