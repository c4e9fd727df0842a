import type { NamedTensor } from '@sluice/pipeline'
import fc from 'fast-check'
import { expect } from 'vitest'
import { bytesOf } from '../tensors.ts'

export function float32(name: string, shape: number[], values: Iterable<number>): NamedTensor {
  return { name, dtype: 'float32', shape, data: Float32Array.from(values) }
}

export function int32(name: string, shape: number[], values: Iterable<number>): NamedTensor {
  return { name, dtype: 'int32', shape, data: Int32Array.from(values) }
}

/** Compares bit by bit, so that -0 and NaN count. */
export function sameBytes(found: NamedTensor | undefined, expected: NamedTensor): void {
  expect(found && { name: found.name, dtype: found.dtype, shape: found.shape }).toEqual({
    name: expected.name,
    dtype: expected.dtype,
    shape: expected.shape,
  })
  expect(Buffer.compare(bytesOf(found!), bytesOf(expected))).toBe(0)
}

const anyTensor: fc.Arbitrary<NamedTensor> = fc
  .record({
    name: fc.string({ unit: 'grapheme', maxLength: 20 }).filter(name => name !== '__metadata__'),
    dtype: fc.constantFrom('float32' as const, 'int32' as const),
    shape: fc.array(fc.nat(5), { maxLength: 4 }),
    fill: fc.integer(),
  })
  .map(({ name, dtype, shape, fill }) => {
    // Any bits at all: NaN with payloads among them.
    const bits = Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      Math.imul(fill + i, 0x9e3779b1),
    )
    return { name, dtype, shape, data: dtype === 'float32' ? new Float32Array(bits.buffer) : bits }
  })

/** Tensors of different names. */
export const anyTensors: fc.Arbitrary<NamedTensor[]> = fc.uniqueArray(anyTensor, {
  selector: tensor => tensor.name,
  maxLength: 12,
})
