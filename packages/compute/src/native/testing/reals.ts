import { randomStream } from '@sluice/pipeline'
import { expect } from 'vitest'
import type { Reals } from '../addon.ts'

/** Normal numbers; rounded to bfloat16 where products are made in it, so that the inputs carry no error of their own. */
export function normals(size: number, seed: number, name: string, { bf16 = false, scale = 1 } = {}): Float32Array {
  const stream = randomStream(seed, name)
  return Float32Array.from({ length: size }, (_, i) => {
    const value = Math.fround(scale * stream.normal(i))
    return bf16 ? round(value) : value
  })
}

const word = new Float32Array(1)
const bits = new Uint32Array(word.buffer)

/** The nearest bfloat16, ties to even. */
export function toHalf(value: number): number {
  word[0] = value
  const all = bits[0]!
  return (all + 0x7fff + ((all >>> 16) & 1)) >>> 16
}

export function fromHalf(half: number): number {
  bits[0] = half << 16
  return word[0]!
}

export function round(value: number): number {
  return fromHalf(toHalf(value))
}

/** As the kernels take it: a Uint16Array of bfloat16 or the floats themselves. */
export function reals(values: Float32Array, bf16: boolean): Reals {
  return bf16 ? Uint16Array.from(values, toHalf) : values
}

/** An empty array of the type that products are made in, filled with what must not survive. */
export function emptyReals(length: number, bf16: boolean): Reals {
  return bf16 ? new Uint16Array(length).fill(0x7fc0) : new Float32Array(length).fill(Number.NaN)
}

export function numbers(values: Reals): ArrayLike<number> {
  return values instanceof Uint16Array ? Float64Array.from(values, fromHalf) : values
}

/** Errors relative to the largest true value, element by element. */
export function expectNear(what: string, actual: Reals, expected: ArrayLike<number>, tolerance: number): void {
  const found = numbers(actual)
  expect(found.length, `${what}: number of values`).toBe(expected.length)
  let size = 1e-3
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!))
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!) / size
    if (!(error <= tolerance)) {
      expect.fail(`${what}: element ${i} is ${found[i]}, not ${expected[i]} (error ${error.toExponential(2)})`)
    }
  }
}
