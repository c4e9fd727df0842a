import { tf } from '@sluice/compute'
import { expect, test } from 'vitest'
import { planRecipe } from './plan.ts'
import { presetFamilies } from './presets.ts'
import { builtInRegistry } from './registry.ts'
import { tinyConfig } from './testing/tiny.ts'

const loaded = (changes: object) => ({
  config: { ...tinyConfig, ...changes },
  baseDir: '/',
  registry: builtInRegistry(),
})

test('a plan tells what the recipe would train', async () => {
  const plan = await planRecipe(loaded({}))
  // 300 tokens and 16 positions of 16, one block of 12 * 16 * 16 weights with 13 * 16 biases and norms, and a last norm.
  expect(plan.parameters.total).toBe(316 * 16 + 12 * 256 + 13 * 16 + 32)
  expect(plan).toMatchObject({ tokensPerStep: 64, tokens: 512, vocabularyGuessed: false })
  expect(plan.flopsPerToken).toBe(6 * (12 * 256 + 300 * 16) + 12 * 16 * 16)
  expect(plan.seconds).toBeCloseTo((512 * plan.flopsPerToken) / (0.7 * plan.measuredFlops), 6)
})

test.each(Object.entries(presetFamilies))('%s is planned without being built', async (preset, use) => {
  const before = tf.memory().numBytes
  const { shape, memory, parameters } = await planRecipe(loaded({ model: { use, preset } }))
  expect(shape.family).toBe(use)
  expect(memory.parameters).toBe(4 * parameters.total)
  expect(tf.memory().numBytes).toBe(before)
})
