import { StateError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { agree } from './agree.ts'
import { checkRecipe } from './check-recipe.ts'
import type { Recipe } from './recipe.ts'
import { builtInRegistry } from './registry.ts'
import { tinyConfig } from './testing/tiny.ts'
import { withChanges } from './variant.ts'

function recipe(changes: object = {}): Recipe {
  const config = withChanges(tinyConfig, changes as Record<string, unknown>)
  return checkRecipe({ config, baseDir: '/', registry: builtInRegistry() })
}

test('equal recipes agree', () => {
  expect(agree(recipe(), recipe(), 'cp')).toEqual([])
})

test.each([
  [{ seed: 8 }, 'seed is 8 in the config, 7 in the checkpoint'],
  [{ model: { width: 32 } }, 'model.width is 32 in the config, 16 in the checkpoint'],
  [{ model: { inner: 32 } }, 'model.inner is 32 in the config, not set in the checkpoint'],
  [{ tokenizer: { vocabSize: 301 } }, 'tokenizer.vocabSize is 301 in the config, 300 in the checkpoint'],
  [{ data: { blockSize: 8 } }, 'data.blockSize is 8 in the config, 16 in the checkpoint'],
  [{ data: { evaluation: { share: 0.2 } } }, 'data.evaluation.share is 0.2 in the config, 0.1 in the checkpoint'],
  [
    { sources: [{ use: 'text', path: 'other' }] },
    'sources[0].path is "other" in the config, "corpus/*.txt" in the checkpoint',
  ],
])('%j is refused', (changes, message) => {
  const refused = () => agree(recipe(changes), recipe(), 'runs/a/checkpoints/step-000004')
  expect(refused).toThrow(StateError)
  expect(refused).toThrow(
    expect.objectContaining({
      message,
      exitCode: 2,
      file: 'runs/a/checkpoints/step-000004',
      advice: 'set it back to resume, or start another run with --name, or afresh with --overwrite',
    }),
  )
})

test('another list of sources is refused as a whole', () => {
  const sources = [...tinyConfig.sources, { use: 'jsonl', path: 'b' }]
  expect(() => agree(recipe({ sources }), recipe(), 'cp')).toThrow(/^sources is \[\{/)
})

test('how it is trained may change, with a word; how long and how watched, without', () => {
  const changes = { train: { steps: 99, evaluateEvery: 3, learningRate: 0.5, backend: 'wasm', sample: { tokens: 9 } } }
  expect(agree(recipe(changes), recipe(), 'cp')).toEqual(['train.learningRate is 0.5 now, it was 0.01'])
})

test('all that differs is named', () => {
  const refused = () => agree(recipe({ seed: 8, model: { width: 32 }, data: { blockSize: 8 } }), recipe(), 'cp')
  expect(refused).toThrow(
    expect.objectContaining({
      message:
        'seed is 8 in the config, 7 in the checkpoint; data.blockSize is 8 in the config, 16 in the checkpoint; ' +
        'model.width is 32 in the config, 16 in the checkpoint',
      advice: 'set them back to resume, or start another run with --name, or afresh with --overwrite',
    }),
  )
})

test('how often the text is read may change, with a word; the weights a run began with have no say any more', () => {
  const [source] = tinyConfig.sources
  const changes = { mix: { epochs: 3 }, sources: [{ ...source, epochs: 2 }], init: 'elsewhere' }
  expect(agree(recipe(changes), recipe({ mix: { epochs: 2 } }), 'cp')).toEqual([
    'sources[0].epochs is 2 now, it was not set',
    'mix.epochs is 3 now, it was 2',
    'init is "elsewhere" now, it was not set: the weights are the checkpoint\'s all the same',
  ])
  expect(() => agree(recipe({ sources: [{ ...source, weight: 2 }] }), recipe(), 'cp')).toThrow(
    'sources[0].weight is 2 in the config, 1 in the checkpoint',
  )
})

test('memory, checkpoints and modules may change without a word', () => {
  const changes = { memory: '2GB', checkpoint: { every: 9, keep: 1 }, modules: [] }
  expect(agree(recipe(changes), recipe(), 'cp')).toEqual([])
})
