import {
  type Callable,
  type Code,
  f32x4,
  i32,
  i32x4,
  i64,
  i64x2,
  type Local,
  v128,
  type WasmModule,
} from '@sluice/wasm'
import { CHUNK, chunk, chunked } from './elementwise.ts'
import { addJob } from './job.ts'

/** Philox4x32-10 (Salmon et al., SC11), four blocks at a time: the bits of @sluice/pipeline's `philox4x32`. */
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const
const WEYL = [0x9e3779b9, 0xbb67ae85] as const
const ROUNDS = 10

/** What a job is given of a `Dropout`: `threshold` is the smallest 24-bit number that is kept. */
export const dropoutFields = {
  threshold: 'i32',
  keepScale: 'f32',
  key0: 'i32',
  key1: 'i32',
  name0: 'i32',
  name1: 'i32',
  offset: 'i64',
} as const

/** Bytes that `dropoutFactors` writes for `count` elements: whole groups of four blocks, from an aligned start. */
export const factorBytes = (count: number): number => 4 * (count + 32)

export const dropoutForward = chunked('dropoutForward', { x: 'i32', y: 'i32', ...dropoutFields })

/**
 * Adds dropoutFactors(to, count, start, threshold, keepScale, key0, key1, name0, name1): the factors of the elements
 * whose numbers are start, start + 1, …; the first lies at to + 4 * (start % 4).
 */
export function addPhilox(module: WasmModule): Callable {
  const factors = module.func(
    'dropoutFactors',
    ['i32', 'i32', 'i64', 'i32', 'f32', 'i32', 'i32', 'i32', 'i32'],
    ([to, count, start, threshold, keepScale, key0, key1, name0, name1], body) => {
      const c = [0, 1, 2, 3].map(() => body.local('v128')) as [V, V, V, V]
      const [m0, m1, k0, k1, product, first] = [0, 1, 2, 3, 4, 5].map(() => body.local('v128')) as [V, V, V, V, V, V]
      const spare = [0, 1, 2, 3].map(() => body.local('v128')) as [V, V, V, V]
      const block = body.local('i64')
      const low = i32.wrap(block)
      const round = (index: number): Code => [
        // high words of c0 * m0 and c2 * m1, mixed with c1 and c3; low words replace those.
        product.set(highWords(c[0], m0)),
        first.set(i32x4.mul(c[0], m0)),
        c[0].set(v128.xor(v128.xor(highWords(c[2], m1), c[1]), k0)),
        c[1].set(i32x4.mul(c[2], m1)),
        c[2].set(v128.xor(v128.xor(product, c[3]), k1)),
        c[3].set(first),
        index + 1 < ROUNDS
          ? [k0.set(i32x4.add(k0, splatConst(WEYL[0]))), k1.set(i32x4.add(k1, splatConst(WEYL[1])))]
          : [],
      ]
      const factor = (words: Local<'v128'>) =>
        v128.and(i32x4.geU(i32x4.shrU(words, 8), i32x4.splat(threshold)), f32x4.splat(keepScale))
      return [
        m0.set(splatConst(MULTIPLIERS[0])),
        m1.set(splatConst(MULTIPLIERS[1])),
        block.set(i64.shrU(start, 2)),
        count.set(i32.add(count, i32.and(i32.wrap(start), 3))),
        body.range(0, count, 16, () => [
          c[0].set(i32x4.add(i32x4.splat(low), i32x4.const(0, 1, 2, 3))),
          // The counter's second word, one more where the first has gone round.
          c[1].set(i32x4.splat(i32.wrap(i64.shrU(block, 32)))),
          c[1].set(i32x4.add(c[1], i32x4.shrU(i32x4.ltU(c[0], i32x4.splat(low)), 31))),
          c[2].set(i32x4.splat(name0)),
          c[3].set(i32x4.splat(name1)),
          k0.set(i32x4.splat(key0)),
          k1.set(i32x4.splat(key1)),
          Array.from({ length: ROUNDS }, (_, index) => round(index)),
          c.map(words => words.set(factor(words))),
          // Lanes are blocks; numbers go block by block.
          transpose(c, spare),
          c.map((words, i) => v128.store(to, words, 16 * i)),
          to.set(i32.add(to, 64)),
          block.set(i64.add(block, 4)),
        ]),
      ]
    },
  )

  addJob(module, dropoutForward, ({ x, y, count, offset, ...d }, task, scratch, body) => [
    offset.set(i64.add(offset, i64.extend(i32.mul(task, CHUNK)))),
    factors(
      scratch,
      i32.min(i32.const(CHUNK), i32.sub(count, i32.mul(task, CHUNK))),
      offset,
      d.threshold,
      d.keepScale,
      d.key0,
      d.key1,
      d.name0,
      d.name1,
    ),
    // `chunk` moves what it is given by whole tasks; the factors lie at the same place for each.
    scratch.set(i32.sub(i32.add(scratch, i32.shl(i32.and(i32.wrap(offset), 3), 2)), i32.mul(task, 4 * CHUNK))),
    chunk(body, count, task, [x, y, scratch], lanes => lanes.store(y, f32x4.mul(lanes.load(x), lanes.load(scratch)))),
  ])
  return factors
}

type V = Local<'v128'>

const splatConst = (value: number) => i32x4.const(value | 0, value | 0, value | 0, value | 0)

/** The high 32 bits of each lane's 64-bit product. */
function highWords(a: V, b: V) {
  return v128.shuffle(i64x2.productLow(a, b), i64x2.productHigh(a, b), bytesOf([1, 3, 5, 7]))
}

/** a = aᵀ, four vectors; b is spare. */
function transpose(a: readonly [V, V, V, V], b: readonly [V, V, V, V]): Code {
  const low = bytesOf([0, 4, 1, 5])
  const high = bytesOf([2, 6, 3, 7])
  return [
    b[0].set(v128.shuffle(a[0], a[1], low)), // 00 10 01 11
    b[1].set(v128.shuffle(a[2], a[3], low)), // 20 30 21 31
    b[2].set(v128.shuffle(a[0], a[1], high)), // 02 12 03 13
    b[3].set(v128.shuffle(a[2], a[3], high)), // 22 32 23 33
    a[0].set(v128.shuffle(b[0], b[1], bytesOf([0, 1, 4, 5]))), // 00 10 20 30
    a[1].set(v128.shuffle(b[0], b[1], bytesOf([2, 3, 6, 7]))),
    a[2].set(v128.shuffle(b[2], b[3], bytesOf([0, 1, 4, 5]))),
    a[3].set(v128.shuffle(b[2], b[3], bytesOf([2, 3, 6, 7]))),
  ]
}

/** Byte indices of 32-bit lanes 0 … 7 of two vectors. */
function bytesOf(words: readonly number[]): number[] {
  return words.flatMap(word => [0, 1, 2, 3].map(byte => 4 * word + byte))
}
