import { chooseBackend, tf } from '@sluice/compute'
import { beforeAll, describe, expect, it } from 'vitest'
import { modelFromHfConfig } from '../hf/load.ts'
import { goldenCases, unpack, unpackAll } from '../testing/golden.ts'

const cases = (['gpt2', 'llama', 'bert'] as const).flatMap(family =>
  goldenCases(family).map(golden => ({ ...golden, family })),
)

const furthest = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length)
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
}

describe.each(cases)('inside a $family: $name', golden => {
  beforeAll(async () => {
    await chooseBackend('cpu')
  })

  it('heads look where those of Hugging Face look; the last layer says what the model says', () => {
    const model = modelFromHfConfig(golden.config, unpackAll(golden.weights))
    const ids = Int32Array.from(golden.ids.slice(0, golden.ids.length / golden.rows - 1))
    const before = tf.memory().numTensors
    const { time, layers, heads, width, streams, attention, lens } = model.inspect(ids)
    expect(tf.memory().numTensors).toBe(before)
    expect([time, layers, heads, width]).toEqual([ids.length, model.shape.layers, model.shape.heads, model.shape.width])
    expect(attention.map(each => each.length)).toEqual(
      golden.attentions.map(({ data }) => unpack({ data, shape: [] }).length),
    )
    attention.forEach((each, layer) => {
      expect(furthest(each, unpack(golden.attentions[layer]!))).toBeLessThan(1e-5)
      for (let row = 0; row < each.length; row += time) {
        expect(each.subarray(row, row + time).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
      }
    })
    expect(streams.map(({ length }) => length)).toEqual(Array(layers + 1).fill(time * width))
    const logits = model.logits(ids, { rows: 1 })
    expect(lens.length).toBe(layers + 1)
    expect(furthest(lens.at(-1)!, logits.dataSync())).toBeLessThan(1e-5)
    expect(furthest(lens[0]!, logits.dataSync())).toBeGreaterThan(1e-2)
    logits.dispose()

    const told: [number, Float32Array][] = []
    const less = model.inspect(ids, { attention: false, lens: (stream, scores) => told.push([stream, scores.slice()]) })
    expect([less.attention, less.lens]).toEqual([[], []])
    expect(told.map(([stream]) => stream)).toEqual([...lens.keys()])
    told.forEach(([, scores], i) => {
      expect(furthest(scores, lens[i]!)).toBeLessThan(1e-6)
    })
    expect(model.inspect(ids, { lens: false }).lens).toEqual([])
    model.dispose()
  })
})
