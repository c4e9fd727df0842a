import { chooseBackend, tf } from '@sluice/compute'
import type { Json, NamedTensor } from '@sluice/pipeline'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../model.ts'
import { someIds, tinyModel, tinyShape } from '../testing/tiny.ts'
import { gpt2Config } from './config.ts'
import { gpt2 } from './gpt2.ts'
import { gpt2HfConfig } from './hf-config.ts'
import { gpt2FromHf } from './load.ts'
import { gpt2ConfigFromHf } from './read-config.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const logits = (model: LanguageModel) => {
  const result = model.logits(someIds(6), { rows: 1 })
  const values = result.dataSync().slice()
  result.dispose()
  return values
}
const text = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return `${(error as Error).name}: ${error}`
  }
  return 'taken'
}

describe('config.json', () => {
  it('is what GPT2Config reads', () => {
    const config = gpt2Config({ ...tinyShape, dropout: { embedding: 0.1, attention: 0.2, residual: 0.3 } })
    expect(gpt2HfConfig(config, { bosTokenId: 16, eosTokenId: 16 })).toEqual({
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      vocab_size: 17,
      n_positions: 6,
      n_embd: 8,
      n_layer: 2,
      n_head: 2,
      n_inner: null,
      activation_function: 'gelu_new',
      embd_pdrop: 0.1,
      attn_pdrop: 0.2,
      resid_pdrop: 0.3,
      layer_norm_epsilon: 1e-5,
      initializer_range: 0.02,
      tie_word_embeddings: true,
      bos_token_id: 16,
      eos_token_id: 16,
      torch_dtype: 'float32',
    })
  })

  it.each([
    {},
    { inner: 12 },
    { tieHead: false, epsilon: 1e-6 },
    { positions: 'sinusoidal' as const },
    { positions: 'none' as const, dropout: 0.1 },
  ])('round-trips %j', options => {
    const config = gpt2Config({ ...tinyShape, ...options })
    expect(gpt2Config(gpt2ConfigFromHf(gpt2HfConfig(config)))).toEqual(config)
  })

  it("has GPT2Config's defaults", () => {
    expect(gpt2Config(gpt2ConfigFromHf({ model_type: 'gpt2' }))).toMatchObject({
      vocabSize: 50257,
      blockSize: 1024,
      layers: 12,
      width: 768,
      heads: 12,
      inner: 3072,
      dropout: { embedding: 0.1, attention: 0.1, residual: 0.1 },
    })
    expect(gpt2ConfigFromHf({ model_type: 'gpt2', n_ctx: 77 }).blockSize).toBe(77)
  })

  it.each<[Json, string]>([
    [{ model_type: 'llama' }, 'config.json: model_type: expected "gpt2", found "llama"'],
    [{}, 'config.json: model_type: expected "gpt2", found nothing'],
    [{ model_type: 'gpt2', activation_function: 'relu' }, 'activation_function: expected "gelu_new", found "relu"'],
    [{ model_type: 'gpt2', n_layer: '3' }, 'config.json: n_layer: expected a number, found "3"'],
    [{ model_type: 'gpt2', scale_attn_weights: false }, 'scale_attn_weights: expected true, found false'],
    [{ model_type: 'gpt2', sluice: {} }, 'expected "learned" or "sinusoidal" or "none", found nothing'],
    [[], 'config.json: expected an object, found []'],
  ])('refuses %j', (json, message) => {
    expect(text(() => gpt2ConfigFromHf(json))).toContain(message)
    expect(text(() => gpt2ConfigFromHf(json))).toMatch(/^DataError: /)
  })
})

describe('weights', () => {
  it.each([{}, { tieHead: false }, { positions: 'sinusoidal' as const }, { positions: 'none' as const }])(
    'written and read again give the same bits: %j',
    options => {
      const model = tinyModel(options)
      const again = gpt2FromHf(model.hfConfig(), model.weights())
      expect(logits(again)).toEqual(logits(model))
      model.dispose()
      again.dispose()
      expect(tf.memory().numTensors).toBe(0)
    },
  )

  it.each(['sinusoidal', 'none'] as const)('hold %s positions as a table for those who know only tables', positions => {
    const model = tinyModel({ positions })
    expect([...model.parameters.keys()]).not.toContain('transformer.wpe.weight')
    const { sluice, ...config } = model.hfConfig() as Record<string, Json>
    expect(sluice).toEqual({ positions })
    const learned = gpt2FromHf(config, model.weights())
    expect(learned.config.positions).toBe('learned')
    expect(logits(learned)).toEqual(logits(model))
    model.dispose()
    learned.dispose()
  })

  it('are read without the prefix, without old masks and without a second copy of the head', () => {
    const model = tinyModel()
    const weights = new Map<string, NamedTensor>()
    for (const [name, tensor] of model.weights()) weights.set(name.replace('transformer.', ''), tensor)
    const mask = { dtype: 'float32', shape: [1], data: new Float32Array(1) } as const
    weights.set('h.0.attn.bias', { ...mask, name: 'h.0.attn.bias' })
    weights.set('h.1.attn.masked_bias', { ...mask, name: 'h.1.attn.masked_bias' })
    weights.set('lm_head.weight', weights.get('wte.weight')!)
    const again = gpt2FromHf(model.hfConfig(), weights)
    expect(logits(again)).toEqual(logits(model))
    model.dispose()
    again.dispose()
  })

  it('are copies in both directions', () => {
    const model = tinyModel()
    const weights = model.weights()
    const before = logits(model)
    const again = gpt2(tinyShape, { seed: 1, weights })
    for (const { data } of weights.values()) data.fill(9)
    expect(logits(model)).toEqual(before)
    expect(logits(again)).toEqual(before)
    model.dispose()
    again.dispose()
  })

  it('of another model are refused', () => {
    const model = tinyModel()
    const weights = model.weights()
    model.dispose()
    const build = (options: object, given: Map<string, NamedTensor>) =>
      text(() => gpt2({ ...tinyShape, ...options }, { seed: 1, weights: given }))
    expect(build({ vocabSize: 18 }, weights)).toBe(
      'StateError: transformer.wte.weight: tensor transformer.wte.weight: expected float32 [18, 8], found float32 [17, 8]; ' +
        'these weights belong to a model of another shape',
    )
    expect(build({ layers: 3 }, weights)).toBe(
      'StateError: transformer.h.2.ln_1.weight: the weights have no tensor transformer.h.2.ln_1.weight, expected shape [8]',
    )
    expect(build({ layers: 1 }, weights)).toBe(
      'StateError: transformer.h.1.ln_1.weight: the weights have a tensor transformer.h.1.ln_1.weight that this model ' +
        'has no place for; these weights belong to a model of another shape',
    )
    expect(tf.memory().numTensors).toBe(0)
  })
})
