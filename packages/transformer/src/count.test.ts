import { expect, it } from 'vitest'
import { countParameters, flopsPerToken } from './count.ts'
import { gpt2Shape } from './gpt2/parameters.ts'
import { parameterGroup } from './groups.ts'

const small = { vocabSize: 50257, blockSize: 1024, layers: 12, width: 768, heads: 12 }

it('counts the published GPT-2', () => {
  expect(countParameters(gpt2Shape(small).parameters).total).toBe(124_439_808)
  expect(countParameters(gpt2Shape({ ...small, layers: 48, width: 1600, heads: 25 }).parameters).total).toBe(
    1_557_611_200,
  )
})

it('counts by group', () => {
  const { total, groups } = countParameters(gpt2Shape(small).parameters)
  expect(groups).toEqual({
    embeddings: 50257 * 768,
    positions: 1024 * 768,
    attention: 12 * (768 * 2304 + 2304 + 768 * 768 + 768),
    'feed-forward': 12 * (768 * 3072 + 3072 + 3072 * 768 + 768),
    norms: 25 * 2 * 768,
  })
  expect(Object.values(groups).reduce((sum, count) => sum + count, 0)).toBe(total)
  expect(countParameters(gpt2Shape({ ...small, tieHead: false }).parameters).total).toBe(total + 50257 * 768)
})

it('counts operations as PaLM does', () => {
  const multiplied = 12 * 12 * 768 * 768 + 50257 * 768
  expect(flopsPerToken(gpt2Shape(small))).toBe(6 * multiplied + 12 * 12 * 768 * 1024)
  expect(flopsPerToken(gpt2Shape(small), 512)).toBe(6 * multiplied + 12 * 12 * 768 * 512)
})

it('knows no group for what is no parameter', () => {
  expect(() => parameterGroup('transformer.rotary')).toThrow('no group of parameters has "transformer.rotary"')
  expect(parameterGroup('h.0.ln_1.bias')).toBe('norms')
  expect(parameterGroup('lm_head.weight')).toBe('embeddings')
})
