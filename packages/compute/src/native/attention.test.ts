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
