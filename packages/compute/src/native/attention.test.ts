import { randomStream } from '@sluice/pipeline'
import { beforeAll, expect, it } from 'vitest'
import { onEverySet } from './testing/addon.ts'
import { emptyReals, expectNear, normals, reals } from './testing/reals.ts'
import * as truth from './testing/truth.ts'

// batch, time, heads, dim
const SHAPES = [
  [1, 1, 1, 1],
  [1, 2, 1, 3],
  [2, 7, 3, 5],
  [1, 33, 2, 16],
  [2, 49, 1, 31],
  [1, 64, 2, 64],
  [1, 131, 1, 17],
  [1, 530, 1, 8],
] as const

onEverySet((addon, { set, bf16 }) => {
  beforeAll(() => addon.useInstructionSet(set))
  const [value, gradient] = bf16 ? [1e-2, 2e-2] : [1e-5, 1e-5]

  for (const causal of [true, false]) {
    for (const rate of [0, 0.3]) {
      it.each(SHAPES)(`${causal ? 'causal' : 'full'}, dropout ${rate}: %i x %i, %i heads of %i`, (...numbers) => {
        const [batch, time, heads, dim] = numbers
        const seed = time + dim
        const length = batch * time * heads * dim
        const stream = randomStream(7, 'attention')
        const offset = 3 * time + 1
        const factor = (element: number): number =>
          rate === 0 ? 1 : stream.uniform(offset + element) >= rate ? 1 / (1 - rate) : 0
        const random = Float64Array.of(...stream.key, ...stream.nameHash, offset)
        const qkv = normals(3 * length, seed, 'qkv', { bf16 })
        const dy = normals(length, seed, 'dy', { bf16 })
        const expected = truth.attention(qkv, dy, { batch, time, heads, dim, causal }, factor)

        const y = emptyReals(length, bf16)
        const lse = new Float32Array(batch * heads * time).fill(Number.NaN)
        addon.attentionForward(bf16, reals(qkv, bf16), y, lse, ...numbers, causal, rate, random)
        expectNear('y', y, expected.y, value)
        expectNear('lse', lse, expected.lse, bf16 ? 1e-3 : 1e-5)

        const dqkv = emptyReals(3 * length, bf16)
        addon.attentionBackward(bf16, reals(dy, bf16), reals(qkv, bf16), y, lse, dqkv, ...numbers, causal, rate, random)
        expectNear('dqkv', dqkv, expected.dqkv, gradient)
      })
    }
  }

  it.each([true, false])('treats packed sequences as if each came alone, causal %s', causal => {
    const [heads, dim, rate] = [2, 20, 0]
    const lengths = [3, 130, 67, 1, 49, 150] // two rows of 200
    const length = 400 * heads * dim
    const qkv = reals(normals(3 * length, 5, 'qkv'), bf16)
    const dy = reals(normals(length, 5, 'dy'), bf16)
    const starts = new Int32Array(lengths.length + 1)
    lengths.forEach((size, i) => {
      starts[i + 1] = starts[i]! + size
    })
    const run = (from: number, to: number, batch: number, cuts: Int32Array | null) => {
      const rows = to - from
      const part = <T extends Float32Array | Uint16Array>(array: T, width: number) =>
        array.slice(from * width, to * width) as T
      const shape = [batch, rows / batch, heads, dim, causal, rate, null, cuts, cuts ? cuts.length - 1 : 0] as const
      const width = heads * dim
      const y = emptyReals(rows * width, bf16)
      const lse = new Float32Array(rows * heads)
      const dqkv = emptyReals(3 * rows * width, bf16)
      addon.attentionForward(bf16, part(qkv, 3 * width), y, lse, ...shape)
      addon.attentionBackward(bf16, part(dy, width), part(qkv, 3 * width), y, lse, dqkv, ...shape)
      return { y, dqkv }
    }
    const packed = run(0, 400, 2, starts)
    lengths.forEach((_, i) => {
      const alone = run(starts[i]!, starts[i + 1]!, 1, null)
      const at = starts[i]! * heads * dim
      expect(packed.y.subarray(at, at + alone.y.length)).toEqual(alone.y)
      expect(packed.dqkv.subarray(3 * at, 3 * at + alone.dqkv.length)).toEqual(alone.dqkv)
    })
  })

  it('gives the same bits with one thread and with two', () => {
    const [batch, time, heads, dim] = [2, 300, 2, 24]
    const length = batch * time * heads * dim
    const qkv = reals(normals(3 * length, 1, 'qkv'), bf16)
    const dy = reals(normals(length, 1, 'dy'), bf16)
    const threads = addon.threads()
    const results = [1, 2, 2].map(count => {
      addon.setThreads(count)
      const y = emptyReals(length, bf16)
      const lse = new Float32Array(batch * heads * time)
      const dqkv = emptyReals(3 * length, bf16)
      addon.attentionForward(bf16, qkv, y, lse, batch, time, heads, dim, true, 0, null)
      addon.attentionBackward(bf16, dy, qkv, y, lse, dqkv, batch, time, heads, dim, true, 0, null)
      return [y, lse, dqkv].map(array => Buffer.from(array.buffer).toString('base64'))
    })
    addon.setThreads(threads)
    for (const result of results) expect(result).toEqual(results[0])
  })
})
