import type { Kind } from '@sluice/pipeline'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { checkRecipe } from './check-recipe.ts'
import { chooseVariant } from './choose.ts'
import { trainingBytes } from './memory.ts'
import { builtInRegistry } from './registry.ts'
import { tinyConfig } from './testing/tiny.ts'
import type { Config } from './variant.ts'

const chooseBackend = vi.hoisted(() => vi.fn())
vi.mock('@sluice/compute', async original => ({ ...(await original<object>()), chooseBackend }))

const registry = builtInRegistry()
const loaded = (config: Config) => ({ config: { ...tinyConfig, ...config }, baseDir: '/', registry })
const found = (name: string) => ({
  backend: { name, description: name, threads: 1, precision: 'f32' },
  reports: [
    { name: 'wasm', available: false, reason: 'it holds at most 3 GB of tensors, and this needs about 9.0 GB' },
    { name, available: true, reason: '' },
  ],
})

test('the recipe follows the backend that is found; the memory it would need on wasm decides about wasm', async () => {
  chooseBackend.mockResolvedValue(found('native'))
  const perBackend = { wasm: { data: { batchSize: 2 } }, native: { data: { batchSize: 9 } } }
  const train = { ...tinyConfig.train, backend: 'auto', threads: 2 }
  const { recipe, variant, warnings } = await chooseVariant(loaded({ perBackend, train }), undefined)
  expect([variant, recipe.data.batchSize, warnings]).toEqual(['native', 9, []])
  const onWasm = checkRecipe(loaded({ data: { ...tinyConfig.data, batchSize: 2 } }))
  const needBytes = trainingBytes(onWasm, registry)
  expect(needBytes).toBeGreaterThan(16 * 8368)
  const [choice, optionsFor] = chooseBackend.mock.lastCall as [string, (name: string) => object]
  expect([choice, optionsFor('native')]).toEqual(['auto', { precision: 'f32', threads: 2, needBytes }])
})

test('precision and threads may differ per backend', async () => {
  chooseBackend.mockResolvedValue(found('native'))
  const perBackend = { native: { train: { precision: 'bf16', threads: 3 } } }
  const train = { ...tinyConfig.train, backend: 'auto' }
  const { recipe } = await chooseVariant(loaded({ perBackend, train }), undefined)
  expect(recipe.train).toMatchObject({ precision: 'bf16', threads: 3 })
  const optionsFor = chooseBackend.mock.lastCall?.[1] as (name: string) => object
  expect(optionsFor('native')).toMatchObject({ precision: 'bf16', threads: 3 })
  expect(optionsFor('cpu')).toMatchObject({ precision: 'f32' })
})

test('what is said of a GPU is handed on', async () => {
  chooseBackend.mockResolvedValue(found('tensorflow'))
  await chooseVariant(loaded({ train: { ...tinyConfig.train, gpu: { memory: '8GB', tf32: false } } }), undefined)
  const optionsFor = chooseBackend.mock.lastCall?.[1] as (name: string) => object
  expect(optionsFor('tensorflow')).toMatchObject({ gpuMemory: 8e9, tf32: false })
})

test('that only plain JavaScript is left is said, with the reasons', async () => {
  chooseBackend.mockResolvedValue(found('cpu'))
  const auto = await chooseVariant(loaded({ train: { ...tinyConfig.train, backend: 'auto' } }), undefined)
  expect(auto.warnings).toEqual([
    'only plain JavaScript can compute this, which is slow (wasm: it holds at most 3 GB of tensors, and this needs about 9.0 GB)',
  ])
  expect((await chooseVariant(loaded({}), undefined)).warnings).toEqual([])
})

test('a run that goes on keeps its variant', async () => {
  chooseBackend.mockResolvedValue(found('native'))
  const perBackend = { wasm: { data: { batchSize: 2 } }, native: { data: { batchSize: 9 } } }
  const { recipe, variant } = await chooseVariant(loaded({ perBackend }), 'wasm')
  expect([variant, recipe.data.batchSize]).toEqual(['wasm', 2])
})

test('a model whose shape its section does not tell needs an unknown amount', () => {
  const other = builtInRegistry()
  const model: Kind = { kind: 'model', use: 'other', summary: '', config: z.strictObject({}), build: () => ({}) }
  other.add(model)
  expect(trainingBytes({ ...checkRecipe(loaded({})), model: { use: 'other' } }, other)).toBeUndefined()
})
