import type { Decoder } from '../generation/decoder.ts'

/** Scores after one context. */
export async function next(decoder: Decoder, context: readonly number[], row = 0): Promise<Float32Array> {
  const [scores] = await decoder.next([{ row, context }])
  return scores!
}

/** The greatest difference, relative to the greatest value (or to 1); without end where the lengths differ. */
export function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / scale
}
