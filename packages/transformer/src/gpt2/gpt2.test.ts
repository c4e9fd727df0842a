import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, describe, expect, it } from 'vitest'
import { goldenCases, unpack, unpackAll } from '../testing/golden.ts'
import { gpt2FromHf } from './load.ts'

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

const cases = goldenCases('gpt2').flatMap(golden => [
  { ...golden, backend: 'cpu' as const },
  { ...golden, backend: 'wasm' as const },
])

describe.each(cases)('GPT-2 as Hugging Face has it, on $backend: $name', golden => {
  beforeAll(async () => {
    await chooseBackend(golden.backend)
  })
  const { ids, rows } = golden
  const width = ids.length / rows
  const batch = { ids: Int32Array.from(ids), rows }
  const inputs = Int32Array.from(ids.filter((_, i) => i % width < width - 1))

  it('gives the same logits', () => {
    const model = gpt2FromHf(golden.config, unpackAll(golden.weights))
    const logits = model.logits(inputs, { rows })
    expect(logits.shape).toEqual(golden.logits.shape)
    expect(difference(logits.dataSync(), unpack(golden.logits))).toBeLessThan(1e-4)
    logits.dispose()
    model.dispose()
  })

  it('gives the same last logits of each row', () => {
    const model = gpt2FromHf(golden.config, unpackAll(golden.weights))
    const vocabSize = model.config.vocabSize
    const expected = unpack(golden.logits)
    const last = Array.from({ length: rows }, (_, row) => {
      const end = (row + 1) * (width - 1) * vocabSize
      return [...expected.subarray(end - vocabSize, end)]
    }).flat()
    const logits = model.nextLogits(inputs, { rows })
    expect(logits.shape).toEqual([rows, vocabSize])
    expect(difference(logits.dataSync(), last)).toBeLessThan(1e-4)
    logits.dispose()
    model.dispose()
  })

  it('gives the same loss and the same gradient of every parameter', () => {
    const model = gpt2FromHf(golden.config, unpackAll(golden.weights))
    const variables = [...model.parameters.values()]
    const { value, grads } = tf.variableGrads(() => model.loss(batch, { training: true, seed: 1, step: 1 }), variables)
    expect(value.dataSync()[0]).toBeCloseTo(golden.loss, 4)
    expect([...model.parameters.keys()].sort()).toEqual(Object.keys(golden.gradients).sort())
    for (const [name, variable] of model.parameters) {
      const gradient = grads[variable.name]!
      expect(gradient.shape).toEqual(golden.gradients[name]!.shape)
      expect(difference(gradient.dataSync(), unpack(golden.gradients[name]!)), name).toBeLessThan(1e-4)
      gradient.dispose()
    }
    value.dispose()
    model.dispose()
  })

  it('keeps the names, order and shapes', () => {
    const model = gpt2FromHf(golden.config, unpackAll(golden.weights))
    expect([...model.parameters].map(([name, { shape }]) => [name, shape])).toEqual(
      Object.entries(golden.weights).map(([name, { shape }]) => [name, shape]),
    )
    model.dispose()
    expect(tf.memory().numTensors).toBe(0)
  })
})
