import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from '../backends/choose.ts'
import { type Decoder, openDecoder } from '../ops/decoder.ts'
import { expectClose } from '../testing/checkOp.ts'
import { type DecoderCase, decoderCase } from '../testing/decoderCase.ts'
import { tf } from '../tf.ts'
import type { NativeBackend } from './backend.ts'
import type { DecoderAddon, DecoderSizes } from './decoderAddon.ts'
import { onEverySet } from './testing/addon.ts'
import { round } from './testing/reals.ts'

const SHAPES = [
  { vocabulary: 1, width: 1, heads: 1, inner: 1, layers: 1, capacity: 2, rows: 1 },
  { vocabulary: 33, width: 15, heads: 3, inner: 31, layers: 2, capacity: 12, rows: 2 },
  { vocabulary: 97, width: 64, heads: 2, inner: 65, layers: 2, capacity: 40, rows: 3 },
  // Large enough for several threads.
  { vocabulary: 700, width: 129, heads: 3, inner: 257, layers: 1, capacity: 24, rows: 5 },
] as const
type Shape = (typeof SHAPES)[number] & { readonly keyHeads?: number }
const LLAMAS: readonly Shape[] = [
  { ...SHAPES[0], width: 2, keyHeads: 1 },
  { ...SHAPES[1], width: 18, keyHeads: 1 },
  { ...SHAPES[2], heads: 4, keyHeads: 2 },
  { ...SHAPES[3], width: 132, heads: 6, keyHeads: 6 },
] as unknown as Shape[]
const name = ({ width, heads, keyHeads }: Shape) =>
  `${width} wide, ${heads} heads${keyHeads ? ` share ${keyHeads}` : ''}`
const named = (shapes: readonly Shape[]) => shapes.map(shape => [name(shape), shape] as const)

onEverySet((addon, { set, bf16 }) => {
  // Weights can be packed in bfloat16 whether or not the instruction set multiplies it.
  const precisions = bf16 ? (['bf16'] as const) : addon?.hasBf16() ? (['f32'] as const) : (['f32', 'bf16'] as const)
  describe.each(precisions)('a decoder with weights in %s', precision => {
    let backend: NativeBackend
    let model: DecoderCase
    let decoder: Decoder
    beforeAll(async () => {
      await chooseBackend('native')
      backend = tf.backend() as NativeBackend
      backend.precision = precision
      addon.useInstructionSet(set)
    })
    afterAll(() => {
      backend.precision = 'f32'
    })
    afterEach(() => {
      decoder.dispose()
      model.dispose()
    })
    function open(shape: Shape): void {
      // What rounding does to the weights is no error of the kernel's.
      model = decoderCase({ ...shape, ...(precision === 'bf16' ? { round } : {}) }, 5)
      decoder = openDecoder(model.weights, { ...shape, epsilon: 1e-5 })
    }
    const tokens = (shape: Shape, row: number, from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, i) => ((from + i) * (from + i) * 3 + row * 5 + 1) % shape.vocabulary)
    const part = (row: number, start: number, ids: readonly number[]) => ({ row, start, ids: Int32Array.from(ids) })

    it.each(named([...SHAPES, ...LLAMAS]))('%s: one token, several, in all rows', async (_, shape) => {
      open(shape)
      const rows = Array.from({ length: shape.rows }, (_, row) => row)
      // 1, 2, 3 … tokens at a time, so that every number of rows of a product comes up.
      for (let from = 0, count = 1; from < shape.capacity; from += count++) {
        const to = Math.min(shape.capacity, from + count)
        const logits = await decoder.extend(rows.map(row => part(row, from, tokens(shape, row, from, to))))
        const expected = rows.flatMap(row => [...model.truth(tokens(shape, row, 0, to))])
        expectClose(`positions ${from} to ${to}`, logits, expected, 1e-5)
      }
    })

    it.each(named([SHAPES[3], LLAMAS[3]!]))(
      '%s: the same bits with any number of threads, alone or beside others, at once or token by token',
      async (_, shape) => {
        open(shape)
        const threads = addon.threads()
        const found: Float32Array[] = []
        for (const count of [1, 2, 3, threads]) {
          addon.setThreads(count)
          await decoder.extend([part(2, 0, tokens(shape, 2, 0, 9))])
          found.push(await decoder.extend([part(2, 9, tokens(shape, 2, 9, 10))]))
          const beside = [0, 1, 2, 3].map(row => part(row, 0, tokens(shape, row, 0, 10)))
          found.push((await decoder.extend(beside)).slice(2 * shape.vocabulary, 3 * shape.vocabulary))
          for (let t = 0; t < 9; t++) await decoder.extend([part(4, t, tokens(shape, 2, t, t + 1))])
          found.push(await decoder.extend([part(4, 9, tokens(shape, 2, 9, 10))]))
        }
        for (const each of found) expect(each).toEqual(found[0])
      },
    )

    it('keeps its precision where another one is set meanwhile', async () => {
      open(SHAPES[1])
      const before = await decoder.extend([part(0, 0, [1, 2, 3])])
      backend.precision = precision === 'f32' ? 'bf16' : 'f32'
      expect(await decoder.extend([part(1, 0, [1, 2, 3])])).toEqual(before)
      backend.precision = precision
    })

    it('gives its memory back', async () => {
      const { used } = backend.pool.bytes
      for (let i = 0; i < 3; i++) {
        open(SHAPES[3])
        await decoder.extend([part(0, 0, [1, 2, 3])])
        if (i < 2) decoder.dispose()
        if (i < 2) model.dispose()
      }
      decoder.dispose()
      model.dispose()
      expect(backend.pool.bytes.used).toBe(used)
    })
  })

  it.skipIf(bf16)('throws for what it cannot take', () => {
    const { decoderLength, decoderPack, decoderFill, decoderStep } = addon as typeof addon & DecoderAddon
    const text = (call: () => unknown): string => {
      try {
        call()
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`
      }
      return 'taken'
    }
    const sizes: DecoderSizes = [false, 1, 4, 2, 2, 8, 5, 2, 3]
    const with_ = (at: number, size: number) => sizes.with(at, size) as DecoderSizes
    const length = decoderLength(false, ...sizes)
    const [packed, cache] = [new Float32Array(length), new Float32Array(2 * 2 * 3 * 4)]
    const weights = [4, 4, 48, 12, 16, 4, 4, 4, 32, 8, 32, 4, 4, 4, 20].map(size => new Float32Array(size))
    expect(text(() => decoderLength(false, ...with_(3, 3)))).toBe('RangeError: decoderLength: heads must divide width')
    expect(text(() => decoderLength(false, ...with_(4, 3)))).toBe('RangeError: decoderLength: groups must divide heads')
    expect(text(() => decoderLength(false, true, 1, 4, 4, 4, 8, 5, 2, 3))).toBe(
      'RangeError: decoderLength: a head must have pairs of channels',
    )
    expect(text(() => decoderLength(false, ...with_(2, -4)))).toBe(
      'RangeError: decoderLength: width must be a whole number from 1 to 2147483647',
    )
    expect(text(() => decoderLength(true, false, 2 ** 30, 2 ** 30, 1, 1, 2 ** 30, 5, 1, 1))).toBe(
      'RangeError: decoderLength: the sizes are beyond any memory',
    )
    expect(text(() => decoderPack(false, weights.slice(1), packed, ...sizes))).toBe(
      'RangeError: decoderPack: weights has 14 arrays, not 15',
    )
    expect(text(() => decoderPack(false, weights.with(2, new Float32Array(47)), packed, ...sizes))).toBe(
      'RangeError: decoderPack: weights[2] has 47 elements, not 48',
    )
    expect(text(() => decoderPack(false, weights, packed.subarray(1), ...sizes))).toBe(
      `RangeError: decoderPack: packed has ${length - 1} elements, not ${length}`,
    )
    const qkv = new Float32Array(24)
    expect(text(() => decoderFill(qkv, cache, 1, 0, 2, ...sizes))).toBe(
      'RangeError: decoderFill: there is no such place in the cache',
    )
    expect(text(() => decoderFill(qkv, cache, 0, 2, 2, ...sizes))).toBe(
      'RangeError: decoderFill: there is no such place in the cache',
    )
    expect(text(() => decoderFill(qkv, cache, 0, 0, 3, ...sizes))).toBe(
      'RangeError: decoderFill: qkv has 24 elements, not 36',
    )
    const step = (change: Partial<Record<'id' | 'row' | 'place' | 'last' | 'outputs' | 'logits' | 'cache', number>>) =>
      text(() =>
        decoderStep(
          false,
          packed,
          weights[14]!,
          null,
          null,
          null,
          cache.subarray(change.cache ?? 0),
          Int32Array.of(change.id ?? 0),
          Int32Array.of(change.row ?? 0),
          Int32Array.of(change.place ?? 0),
          Int32Array.of(change.last ?? 0, 0),
          new Float32Array(change.logits ?? 5),
          1,
          change.outputs ?? 1,
          1e-5,
          ...sizes,
        ),
      )
    expect(step({})).toBe('taken')
    expect(step({ id: 5 })).toBe('RangeError: decoderStep: ids[0] is 5, outside [0, 5)')
    expect(step({ row: 2 })).toBe('RangeError: decoderStep: tokenRows[0] is 2, outside [0, 2)')
    expect(step({ place: -1 })).toBe('RangeError: decoderStep: places[0] is -1, outside [0, 3)')
    expect(step({ last: 1 })).toBe('RangeError: decoderStep: last[0] is 1, outside [0, 1)')
    expect(step({ outputs: 2 })).toBe('RangeError: decoderStep: outputs must be at most count')
    expect(step({ logits: 4 })).toBe('RangeError: decoderStep: logits has 4 elements, not 5')
    expect(step({ cache: 1 })).toBe('RangeError: decoderStep: cache has 47 elements, not 48')
    expect(text(() => (decoderStep as (...few: unknown[]) => void)(false, packed))).toBe(
      'TypeError: decoderStep: llama must be a boolean',
    )
  })
})
