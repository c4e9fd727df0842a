import { expect, it } from 'vitest'
import { countParameters } from './count.ts'
import { modelKinds } from './kinds.ts'

const kindOf = (use: string) => modelKinds.find(kind => kind.use === use)!
const shapeOf = (use: string, section: object, context: { vocabSize: number; blockSize: number }) =>
  kindOf(use).shape(kindOf(use).config.parse(section), context)

// The published counts; of BERT without the pooler and with the head for masked tokens, as BertForMaskedLM counts them.
it.each([
  ['gpt2', 'gpt2', 50257, 1024, 124_439_808],
  ['gpt2', 'gpt2-medium', 50257, 1024, 354_823_168],
  ['gpt2', 'gpt2-large', 50257, 1024, 774_030_080],
  ['gpt2', 'gpt2-xl', 50257, 1024, 1_557_611_200],
  ['gpt2', 'gpt3', 50257, 2048, 174_604_259_328],
  ['bert', 'bert-base', 30522, 512, 109_514_298],
  ['bert', 'bert-large', 30522, 512, 335_174_458],
  ['llama', 'smollm2-135m', 49152, 8192, 134_515_008],
  ['llama', 'tinyllama-1.1b', 32000, 2048, 1_100_048_384],
  ['llama', 'llama2-7b', 32000, 4096, 6_738_415_616],
  ['llama', 'llama3-8b', 128256, 8192, 8_030_261_248],
])('%s: %s has the published number of parameters', (use, preset, vocabSize, blockSize, expected) => {
  const { parameters } = shapeOf(use, { preset }, { vocabSize, blockSize })
  expect(countParameters(parameters).total).toBe(expected)
})

it('lets what is given come before the preset', () => {
  const context = { vocabSize: 100, blockSize: 16 }
  expect(shapeOf('gpt2', { preset: 'gpt2-nano', layers: 2 }, context)).toMatchObject({
    layers: 2,
    width: 128,
    heads: 4,
  })
})

it.each([
  ['gpt2', { layers: 2 }, 'expected layers, width and heads, or a preset; width, heads not given'],
  ['bert', { preset: 'bert-tiny', heads: 3 }, 'heads must divide width: 128 / 3 is not whole; 2 or 4 would do'],
  ['llama', { preset: 'llama-nano', keyHeads: 4 }, 'keyHeads must divide heads: 6 / 4 is not whole'],
  ['llama', { layers: 1, width: 9, heads: 3 }, 'rotary positions turn pairs of channels, but a head has 3'],
])('%s refuses %j', (use, section, message) => {
  expect(kindOf(use).config.safeParse(section).error!.issues[0]!.message).toBe(message)
})
