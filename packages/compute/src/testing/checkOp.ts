import { randomStream } from '@sluice/pipeline'
import { expect } from 'vitest'
import { tf } from '../tf.ts'

/** An operation beside its truth, as functions of the tensors it is differentiated by. */
export interface OpCase {
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[]
  run(...inputs: tf.Tensor[]): tf.Tensor
  truth(...inputs: Float64Array[]): Float64Array
  /** Largest error allowed, relative to the largest value of the true result. Default 1e-5. */
  readonly tolerance?: number
  /** Standard deviation of the inputs. Default 1. */
  readonly scale?: number
}

/** Elements of each input whose gradient is compared with finite differences. */
const PROBES = 24

/**
 * Compares value and gradients with the truth, the gradients by central differences in double precision, and expects that
 * no tensor is left over.
 */
export function checkOp(op: OpCase, seed: number): void {
  const values = op.shapes.map((shape, i) => normals(tf.util.sizeFromShape([...shape]), seed, `input ${i}`, op.scale))
  const exact = values.map(input => Float64Array.from(input))
  const expected = op.truth(...exact)
  const cotangent = normals(expected.length, seed, 'cotangent')
  const tolerance = op.tolerance ?? 1e-5

  const inputs = values.map((input, i) => tf.tensor(input, [...op.shapes[i]!]))
  const before = tf.memory().numTensors
  const value = op.run(...inputs)
  const dy = tf.tensor(cotangent, value.shape)
  const { value: taped, grads } = tf.valueAndGrads(op.run.bind(op))(inputs, dy)
  expect(tf.memory().numTensors - before, 'tensors made: value, dy, taped value, gradients').toBe(3 + inputs.length)

  expectClose('value', value.dataSync(), expected, tolerance)
  expectClose('value on the tape', taped.dataSync(), expected, tolerance)
  exact.forEach((input, which) => {
    const gradient = grads[which]!.dataSync()
    expect(grads[which]!.shape).toEqual(op.shapes[which])
    const picks = pick(input.length, seed + which)
    const slopes = picks.map(at => slope(op, exact, which, at, cotangent))
    expectClose(
      `gradient of input ${which}`,
      picks.map(at => gradient[at]!),
      slopes,
      4 * tolerance,
    )
  })
  tf.dispose([value, dy, taped, ...grads])
  expect(tf.memory().numTensors).toBe(before)
  tf.dispose(inputs)
}

/** d sum(truth * cotangent) / d input[which][at]. */
function slope(op: OpCase, inputs: Float64Array[], which: number, at: number, cotangent: Float32Array): number {
  const step = 1e-4
  const shifted = (by: number): number => {
    const moved = inputs.map((input, i) => (i === which ? input.with(at, input[at]! + by) : input))
    return op.truth(...moved).reduce((sum, value, i) => sum + value * cotangent[i]!, 0)
  }
  // Fourth order: the error is far below float32's.
  return (8 * (shifted(step) - shifted(-step)) - (shifted(2 * step) - shifted(-2 * step))) / (12 * step)
}

function pick(size: number, seed: number): number[] {
  if (size <= PROBES) return Array.from({ length: size }, (_, i) => i)
  const stream = randomStream(seed, 'probes')
  return Array.from({ length: PROBES }, (_, i) => stream.below(i, size))
}

export function normals(size: number, seed: number, name: string, scale = 1): Float32Array {
  const stream = randomStream(seed, name)
  return Float32Array.from({ length: size }, (_, i) => scale * stream.normal(i))
}

/** Errors relative to the largest true value (but to 1 at least a thousandth), element by element. */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual.length, `${what}: number of values`).toBe(expected.length)
  let size = 1e-3
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!))
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / size
    if (!(error <= tolerance)) {
      expect.fail(`${what}: element ${i} is ${actual[i]}, not ${expected[i]} (error ${error.toExponential(2)})`)
    }
  }
}
