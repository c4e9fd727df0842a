import { expect, it } from 'vitest'
import { initialWeights } from './parameters.ts'

const shape = { vocabSize: 400, blockSize: 64, layers: 8, width: 64, heads: 4 }
const weights = initialWeights(shape, 7)

function moments(name: string) {
  const data = Array.from(weights.get(name)!.data)
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length
  return { mean, deviation: Math.sqrt(variance) }
}

it.each([
  ['transformer.wte.weight', 0.02],
  ['transformer.wpe.weight', 0.02],
  ['transformer.h.0.attn.c_attn.weight', 0.02],
  ['transformer.h.3.mlp.c_fc.weight', 0.02],
  ['transformer.h.0.attn.c_proj.weight', 0.02 / 4],
  ['transformer.h.7.mlp.c_proj.weight', 0.02 / 4],
])('%s is normal with deviation %d', (name, deviation) => {
  const found = moments(name)
  // 4096 numbers or more: the deviation is within 4 % at three standard errors.
  expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.04)
  expect(Math.abs(found.mean)).toBeLessThan(0.06 * deviation)
})

it('begins norms with 1 and 0 and biases with 0', () => {
  for (const [name, { data }] of weights) {
    if (name.endsWith('.bias'))
      expect(
        data.every(value => value === 0),
        name,
      ).toBe(true)
    if (/ln_\w+\.weight$/.test(name))
      expect(
        data.every(value => value === 1),
        name,
      ).toBe(true)
  }
})

it('is a pure function of seed, name and index', () => {
  const name = 'transformer.h.1.mlp.c_fc.weight'
  // Another vocabulary and more layers: the same tensor, element by element.
  const other = initialWeights({ ...shape, vocabSize: 11, layers: 2 }, 7)
  expect(other.get(name)!.data).toEqual(weights.get(name)!.data)
  expect(initialWeights({ ...shape, layers: 2 }, 8).get(name)!.data).not.toEqual(weights.get(name)!.data)
  expect(other.get('transformer.h.0.mlp.c_fc.weight')!.data).not.toEqual(other.get(name)!.data)
})

it('has no table for positions that are not learned, and a head only where untied', () => {
  const small = { vocabSize: 5, blockSize: 4, layers: 1, width: 4, heads: 1 }
  const names = (options: object) => [...initialWeights({ ...small, ...options }, 1).keys()]
  expect(names({})).toContain('transformer.wpe.weight')
  expect(names({})).not.toContain('lm_head.weight')
  expect(names({ positions: 'sinusoidal' })).not.toContain('transformer.wpe.weight')
  expect(names({ tieHead: false }).at(-1)).toBe('lm_head.weight')
})
