import { SluiceError } from '@sluice/pipeline'
import type { tf } from '../tf.ts'

/** An operation was given operands that do not fit: a fault of the program that calls it. */
export class ShapeError extends SluiceError {}

export function expectRank(op: string, name: string, tensor: tf.Tensor, rank: number): void {
  if (tensor.rank !== rank) {
    throw new ShapeError(`${op}: ${name} must have ${rank} dimensions, not the shape [${tensor.shape}]`)
  }
}

export function expectShape(op: string, name: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.rank !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw new ShapeError(`${op}: ${name} must have the shape [${shape}], not [${tensor.shape}]`)
  }
}

/** Every id must name a row of a table of `rows` rows; kernels rely on it. */
export function expectIds(op: string, name: string, ids: Int32Array, rows: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    if (id < 0 || id >= rows) {
      throw new ShapeError(`${op}: ${name}[${i}] is ${id}, but the table has ${rows} rows`)
    }
  }
}
