import { philox4x32 } from './philox.ts'

/**
 * A named sequence of random numbers that can be read at any index: number `i` is word `i % 4` of the Philox block with
 * counter (i / 4 low, i / 4 high, name hash low, name hash high) and key (seed low, seed high).
 */
export interface RandomStream {
  /** The two words that stand for the name in every counter; kernels are given these. */
  readonly nameHash: readonly [number, number]
  /** The seed's two words: the key. */
  readonly key: readonly [number, number]
  /** The 32-bit number at `index` (an integer of at most 2^53 - 1). */
  uint32(index: number): number
  /** Uniform in [0, 1), 24 bits: exact in float32. */
  uniform(index: number): number
  /** Uniform integer in [0, bound); the bias is under bound / 2^53. Uses the numbers at 2 * index and 2 * index + 1. */
  below(index: number, bound: number): number
  /** Standard normal by Box-Muller, from the numbers at 2 * index and 2 * index + 1. */
  normal(index: number): number
}

/** @param seed an integer of at most 2^53 - 1; its low and high words are the key */
export function randomStream(seed: number, name: string): RandomStream {
  const key = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0] as const
  const nameHash = fnv1a64(name)
  const block = new Uint32Array(4)
  let held = -1
  const uint32 = (index: number): number => {
    const number = Math.floor(index / 4)
    if (number !== held) {
      philox4x32(number >>> 0, Math.floor(number / 0x100000000) >>> 0, nameHash[0], nameHash[1], key[0], key[1], block)
      held = number
    }
    return block[index % 4]!
  }
  return {
    nameHash,
    key,
    uint32,
    uniform: index => (uint32(index) >>> 8) / 0x1000000,
    below: (index, bound) => Math.floor(unit53(uint32(2 * index), uint32(2 * index + 1)) * bound),
    normal: index => {
      // 1 - u is in (0, 1]: the logarithm is finite.
      const u = 1 - uint32(2 * index) / 0x100000000
      return Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * uint32(2 * index + 1)) / 0x100000000)
    },
  }
}

/** 53 bits from two words, in [0, 1). */
function unit53(high: number, low: number): number {
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000
}

/** FNV-1a, 64 bits, of the name's UTF-8 bytes, as [low, high] words. */
function fnv1a64(name: string): readonly [number, number] {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)]
}
