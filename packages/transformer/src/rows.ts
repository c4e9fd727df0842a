import { SchemaError } from '@sluice/pipeline'
import type { TrainingBatch } from './model.ts'

/** @returns T of `rows` rows of ids. @throws SchemaError when they do not fill the rows or exceed the context */
export function checkRows(ids: Int32Array, rows: number, blockSize: number): number {
  const time = ids.length / rows
  if (!Number.isInteger(time) || time < 1) {
    throw new SchemaError(`${ids.length} token ids do not fill ${rows} rows of the same length`)
  }
  if (time > blockSize) {
    throw new SchemaError(`rows of ${time} tokens exceed the model's context of ${blockSize}`, {
      advice: 'make data.blockSize and the model agree',
    })
  }
  return time
}

/** Rows of T + 1 ids as inputs [rows * T] and, one further on, targets [rows * T]. */
export function splitTargets({ ids, rows }: TrainingBatch, blockSize: number) {
  const width = ids.length / rows
  if (!Number.isInteger(width) || width < 2) {
    throw new SchemaError(`${ids.length} token ids do not fill ${rows} rows of at least two`)
  }
  const time = width - 1
  const inputs = new Int32Array(rows * time)
  const targets = new Int32Array(rows * time)
  for (let row = 0; row < rows; row++) {
    inputs.set(ids.subarray(row * width, row * width + time), row * time)
    targets.set(ids.subarray(row * width + 1, row * width + width), row * time)
  }
  checkRows(inputs, rows, blockSize)
  return { inputs, targets, time }
}
