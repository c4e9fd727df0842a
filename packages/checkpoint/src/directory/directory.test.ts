import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NamedTensor } from '@sluice/pipeline'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { singleToBrain, singleToHalf } from '../safetensors/narrow.ts'
import { readHfDirectory } from './read.ts'
import { writeHfDirectory } from './write.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-directory-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const tensor = (name: string, values: readonly number[]) =>
  [name, { name, dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }] as const
const weights: Map<string, NamedTensor> = new Map([
  tensor('b', [1, 2, 3, 4]),
  tensor('a', [1.5, -2.25]),
  tensor('c', [0.1, 65_519, 1e-8]),
])
const values = (found: ReadonlyMap<string, NamedTensor>) =>
  Object.fromEntries([...found].map(([name, { data }]) => [name, [...(data as Float32Array)]]))

describe('a Hugging Face directory', () => {
  it('is one file of weights where they fit', async () => {
    const names = await writeHfDirectory(dir, {
      weights,
      config: { model_type: 'x' },
      files: new Map([['t.json', '1']]),
    })
    expect(names).toEqual(['model.safetensors'])
    expect((await readdir(dir)).sort()).toEqual(['config.json', 'model.safetensors', 't.json'])
    const read = await readHfDirectory(dir)
    expect(read.config).toEqual({ model_type: 'x', torch_dtype: 'float32' })
    expect(values(read.weights)).toEqual(values(weights))
  })

  it('is several files and an index where they do not', async () => {
    const names = await writeHfDirectory(dir, { weights, config: {}, shardBytes: 24 })
    expect(names).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'])
    const index = JSON.parse(await readFile(join(dir, 'model.safetensors.index.json'), 'utf8'))
    expect(index).toEqual({
      metadata: { total_size: 36 },
      weight_map: { a: names[0], b: names[0], c: names[1] },
    })
    expect(values((await readHfDirectory(dir)).weights)).toEqual(values(weights))
  })

  it.each(['BF16', 'F16'] as const)('holds %s on request', async floats => {
    await writeHfDirectory(dir, { weights, config: {}, floats })
    const { config, weights: read } = await readHfDirectory(dir)
    expect(config).toEqual({ torch_dtype: floats === 'BF16' ? 'bfloat16' : 'float16' })
    // As numpy and torch round them.
    const expected = floats === 'BF16' ? [0.10009765625, 65_536, 1e-8] : [0.0999755859375, 65_504, 0]
    expect(values(read).c).toEqual(expected.map(value => expect.closeTo(value, 9)))
    expect(values(read).a).toEqual([1.5, -2.25])
  })

  it('says what is missing or wrong', async () => {
    const refused = () => readHfDirectory(dir).then(() => 'read', String)
    expect(await refused()).toBe(`${join(dir, 'config.json')}: cannot be read; name a directory with a config.json`)
    await writeFile(join(dir, 'config.json'), '{')
    expect(await refused()).toContain('config.json: is not JSON')
    await writeFile(join(dir, 'config.json'), '{}')
    expect(await refused()).toContain('expected model.safetensors or an index of several files, found neither')
    const index = (map: unknown) =>
      writeFile(join(dir, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    await index({ a: '../model.safetensors' })
    expect(await refused()).toContain('expected the name of a file beside the index, found "../model.safetensors"')
    await writeHfDirectory(dir, { weights, config: {}, shardBytes: 24 })
    const file = join(dir, 'model.safetensors.index.json')
    const { weight_map } = JSON.parse(await readFile(file, 'utf8'))
    await index({ ...weight_map, d: 'model-00002-of-00002.safetensors' })
    expect(await refused()).toBe(`${file}: model-00002-of-00002.safetensors lacks tensor d`)
  })
})

describe('narrowing', () => {
  /** The nearest of all values of a type, ties to the even one: by looking at each. */
  const nearest = (value: number, all: readonly (readonly [number, number])[]) => {
    let found = all[0]!
    for (const each of all) {
      const [difference, best] = [Math.abs(each[0] - value), Math.abs(found[0] - value)]
      if (difference < best || (difference === best && each[1] % 2 === 0)) found = each
    }
    return found[1]
  }
  const halves = Array.from({ length: 0x7c01 }, (_, bits) => {
    const [exponent, fraction] = [bits >> 10, bits & 0x3ff]
    const value = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
    // Where rounding would give 65536, the next value of an unbounded exponent, it is infinite.
    return [value, bits] as const
  })

  it('rounds to the nearest half', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.float({ min: 0, max: 70_000, noNaN: true }),
          fc.float({ min: 0, max: Math.fround(1e-4), noNaN: true }),
        ),
        value => {
          if (value >= 65_536) return
          expect(singleToHalf(Float32Array.of(value))[0]).toBe(nearest(value, halves))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('rounds to the nearest bfloat16, and keeps what is no number', () => {
    const special = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 3.4e38)
    expect([...singleToBrain(special)].map(bits => bits.toString(16))).toEqual(['7fc0', '7f80', 'ff80', '8000', '7f80'])
    expect([...singleToHalf(special)].map(bits => bits.toString(16))).toEqual(['7e00', '7c00', 'fc00', '8000', '7c00'])
    // 1 + 2^-8 lies between 1 and 1 + 2^-7: to the even one; a bit more: up.
    const ties = Float32Array.of(1 + 2 ** -8, 1 + 2 ** -7 + 2 ** -8, 1 + 2 ** -8 + 2 ** -20)
    expect([...singleToBrain(ties)]).toEqual([0x3f80, 0x3f82, 0x3f81])
  })
})
