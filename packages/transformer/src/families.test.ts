import { chooseBackend, tf } from '@sluice/compute'
import type { Json, NamedTensor } from '@sluice/pipeline'
import { beforeAll, describe, expect, it } from 'vitest'
import { bertFromHf } from './bert/hf.ts'
import { bertLayout } from './bert/parameters.ts'
import { countParameters } from './count.ts'
import { type HfLayout, toHf } from './hf/layout.ts'
import { modelFromHfConfig } from './hf/load.ts'
import { llamaFromHf } from './llama/hf.ts'
import { llamaLayout } from './llama/parameters.ts'
import type { LanguageModel, MaskedModel } from './model.ts'
import { type GoldenCase, goldenCases, type Packed, unpack, unpackAll } from './testing/golden.ts'

type BertCase = GoldenCase & { labels: number[]; token_types: number[]; logits_of_two_texts: Packed }

/** The greatest difference, as a share of the greatest value (or of 1). */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length)
  let most = 0
  let scale = 1
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(found[i]! - expected[i]!))
    scale = Math.max(scale, Math.abs(expected[i]!))
  }
  return most / scale
}

function expectGradients(model: LanguageModel | MaskedModel, layout: HfLayout, golden: GoldenCase, labels?: number[]) {
  const batch = {
    ids: Int32Array.from(golden.ids),
    rows: golden.rows,
    ...(labels ? { labels: Int32Array.from(labels) } : {}),
  }
  const variables = [...model.parameters.values()]
  const { value, grads } = tf.variableGrads(() => model.loss(batch, { training: true, seed: 1, step: 1 }), variables)
  expect(value.dataSync()[0]).toBeCloseTo(golden.loss, 4)
  const gradients = new Map<string, NamedTensor>()
  for (const [name, variable] of model.parameters) {
    const gradient = grads[variable.name]!
    gradients.set(name, { name, dtype: 'float32', shape: gradient.shape, data: gradient.dataSync() as Float32Array })
  }
  const found = toHf(layout, gradients)
  expect([...found.keys()].sort()).toEqual(Object.keys(golden.gradients).sort())
  for (const [name, { shape, data }] of found) {
    expect(shape, name).toEqual(golden.gradients[name]!.shape)
    expect(difference(data as Float32Array, unpack(golden.gradients[name]!)), name).toBeLessThan(1e-4)
  }
  tf.dispose([value, grads as never])
}

const inputsOf = ({ ids, rows }: GoldenCase) => {
  const width = ids.length / rows
  return Int32Array.from(ids.filter((_, i) => i % width < width - 1))
}

describe.each(['cpu', 'wasm'] as const)('as Hugging Face has it, on %s', backend => {
  beforeAll(async () => {
    await chooseBackend(backend)
  })

  describe.each(goldenCases('llama'))('Llama: $name', golden => {
    it('gives the same logits, loss and gradient of every parameter', () => {
      const model = llamaFromHf(golden.config, unpackAll(golden.weights))
      const logits = model.logits(inputsOf(golden), { rows: golden.rows })
      expect(logits.shape).toEqual(golden.logits.shape)
      expect(difference(logits.dataSync(), unpack(golden.logits))).toBeLessThan(1e-4)
      const last = model.nextLogits(inputsOf(golden), { rows: golden.rows })
      const [rows, time] = logits.shape
      const ends = tf.tidy(() => tf.squeeze(tf.slice3d(logits, [0, time - 1, 0], [rows, 1, -1]), [1]).dataSync())
      expect(difference(last.dataSync(), ends)).toBeLessThan(1e-5)
      expectGradients(model, llamaLayout(model.config), golden)
      tf.dispose([logits, last])
      model.dispose()
      expect(tf.memory().numTensors).toBe(0)
    })
  })

  describe.each(goldenCases<BertCase>('bert'))('BERT: $name', golden => {
    it('gives the same logits, loss and gradient of every parameter', () => {
      const model = bertFromHf(golden.config, unpackAll(golden.weights))
      const { rows } = golden
      const logits = model.logits(inputsOf(golden), { rows })
      expect(logits.shape).toEqual(golden.logits.shape)
      expect(difference(logits.dataSync(), unpack(golden.logits))).toBeLessThan(1e-4)
      const two = model.logits(inputsOf(golden), { rows, tokenTypes: Int32Array.from(golden.token_types) })
      expect(difference(two.dataSync(), unpack(golden.logits_of_two_texts))).toBeLessThan(1e-4)
      expectGradients(model, bertLayout(model.config), golden, golden.labels)
      tf.dispose([logits, two])
      model.dispose()
      expect(tf.memory().numTensors).toBe(0)
    })
  })
})

describe.each([...goldenCases('llama'), ...goldenCases<BertCase>('bert')])(
  'a directory of $config.model_type: $name',
  golden => {
    beforeAll(async () => {
      await chooseBackend('cpu')
    })
    const bits = (weights: ReadonlyMap<string, NamedTensor>) =>
      new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: [...(data as Float32Array)] }]))

    it('is read and written with the same bits', () => {
      const given = unpackAll(golden.weights)
      const model = modelFromHfConfig(golden.config, given)
      expect(bits(model.weights())).toEqual(bits(given))
      const again = modelFromHfConfig(model.hfConfig(), model.weights())
      expect(again.config).toEqual(model.config)
      expect(bits(again.weights())).toEqual(bits(given))
      const all = [...given.values()].reduce((sum, { data }) => sum + data.length, 0)
      expect(countParameters(model.parameters).total).toBe(all)
      expect(countParameters(model.shape.parameters)).toEqual(countParameters(model.parameters))
      model.dispose()
      again.dispose()
    })

    it('of another shape is refused by name', () => {
      const given = unpackAll(golden.weights)
      const [name] = [...given.keys()].filter(each => /q_proj|self\.query\.weight/.test(each))
      given.delete(name!)
      expect(() => modelFromHfConfig(golden.config, given)).toThrow(
        `the weights have no tensor ${name}, expected shape`,
      )
      expect(tf.memory().numTensors).toBe(0)
    })
  },
)

it('refuses what it has no model for', () => {
  const refuse = (json: Json) => () => {
    try {
      modelFromHfConfig(json, new Map())
    } catch (error) {
      throw new Error(String(error))
    }
  }
  expect(refuse({ model_type: 't5' })).toThrow('model_type: expected "gpt2" or "llama" or "bert", found "t5"')
  expect(refuse({ model_type: 'llama', rope_scaling: { rope_type: 'yarn' } })).toThrow(
    'rope_parameters.rope_type: expected "default", found "yarn"',
  )
  expect(refuse({ model_type: 'llama', attention_bias: true })).toThrow('attention_bias: expected false, found true')
  expect(refuse({ model_type: 'bert', hidden_act: 'relu' })).toThrow('hidden_act: expected "gelu", found "relu"')
  expect(refuse({ model_type: 'bert' })).toThrow('this BERT has no head for masked tokens')
})
