import { expect, test } from 'vitest'
import { variantFor, withChanges } from './variant.ts'

const config = {
  name: 'a',
  sources: [{ use: 'text', path: 'x' }],
  model: { use: 'gpt2', layers: 4, width: 64 },
  train: { steps: 10, backend: 'auto' },
  perBackend: {
    wasm: { model: { layers: 2 }, train: { steps: 5 }, sources: [{ use: 'books', path: 'y' }] },
    cpu: { model: { use: 'other', size: 1 } },
  },
}

test('a variant is merged key by key, lists whole, and perBackend is gone', () => {
  expect(variantFor(config, 'wasm')).toEqual({
    name: 'a',
    sources: [{ use: 'books', path: 'y' }],
    model: { use: 'gpt2', layers: 2, width: 64 },
    train: { steps: 5, backend: 'auto' },
  })
})

test('a section that becomes another kind is replaced whole', () => {
  expect(variantFor(config, 'cpu').model).toEqual({ use: 'other', size: 1 })
})

test('a backend without a variant has the rest', () => {
  const { perBackend: _, ...rest } = config
  expect(variantFor(config, 'native')).toEqual(rest)
  expect(variantFor(rest, 'wasm')).toEqual(rest)
})

test('what is given from outside holds on every backend', () => {
  const changed = withChanges(config, { name: 'b', train: { steps: 99 } })
  expect(variantFor(changed, 'wasm')).toMatchObject({ name: 'b', train: { steps: 99 }, model: { layers: 2 } })
  expect(variantFor(changed, 'native')).toMatchObject({ name: 'b', train: { steps: 99 }, model: { layers: 4 } })
  expect(config.train.steps).toBe(10)
})
