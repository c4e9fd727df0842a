import { SchemaError } from '@sluice/pipeline'
import { ignoredLabel, type LossOptions, type TrainingBatch } from './model.ts'

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
export function splitTargets(batch: TrainingBatch, blockSize: number) {
  const { inputs, time, segments, positions } = inputsOf(batch, blockSize)
  return { inputs, targets: cut(batch.ids, batch.rows, 1), weights: weightsOf(batch), time, segments, positions }
}

/** Of the targets; 0 where the labels say that nothing is to be foretold. */
function weightsOf({ labels, rows, weights }: TrainingBatch): { weights?: Float32Array } {
  if (!labels?.includes(ignoredLabel)) return weights ? { weights } : {}
  const counted = Float32Array.from(cut(labels, rows, 1), label => (label === ignoredLabel ? 0 : 1))
  return { weights: weights ? counted.map((weight, i) => weight * weights[i]!) : counted }
}

/** All but the last of each row of T + 1, [rows * T] each. */
export function inputsOf({ ids, rows, segments, positions, labels }: TrainingBatch, blockSize: number) {
  const width = ids.length / rows
  if (!Number.isInteger(width) || width < 2) {
    throw new SchemaError(`${ids.length} token ids do not fill ${rows} rows of at least two`)
  }
  for (const [name, numbers] of Object.entries({ segments, positions, labels })) {
    if (numbers && numbers.length !== ids.length) {
      throw new SchemaError(`${numbers.length} ${name} do not belong to ${ids.length} token ids`)
    }
  }
  const inputs = cut(ids, rows, 0)
  return {
    inputs,
    time: checkRows(inputs, rows, blockSize),
    segments: segments && cut(segments, rows, 0),
    positions: positions && checkPositions(cut(positions, rows, 0), blockSize),
  }
}

/** Columns `from` to `from` + T of rows of T + 1. */
export function cut(numbers: Int32Array, rows: number, from: 0 | 1): Int32Array {
  const width = numbers.length / rows
  const time = width - 1
  const part = new Int32Array(rows * time)
  for (let row = 0; row < rows; row++) {
    part.set(numbers.subarray(row * width + from, row * width + from + time), row * time)
  }
  return part
}

/** Of `rows` rows of `length / rows` tokens, 0 1 2 … in each. */
export function countedPositions(length: number, time: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i % time)
}

export function checkPositions(positions: Int32Array, blockSize: number): Int32Array {
  const beyond = positions.find(position => position < 0 || position >= blockSize)
  if (beyond !== undefined) throw new SchemaError(`position ${beyond} is outside the model's context of ${blockSize}`)
  return positions
}

/**
 * Gives the losses of a batch's targets on, each with its place among ids of T + 1 a row.
 *
 * @param target.places of the targets among rows of T; default: every one
 * @param target.weights of the targets: those of 0 are left out
 * @param target.shift from a place to what is foretold there
 */
export function tellTargets(
  onTargets: NonNullable<LossOptions['onTargets']>,
  target: {
    losses: Float32Array
    places?: Int32Array
    weights?: Float32Array | undefined
    time: number
    shift: 0 | 1
  },
): void {
  const { losses, places, weights, time, shift } = target
  const counted = Int32Array.from(losses.keys()).filter(i => weights?.[i] !== 0)
  const place = (at: number) => at + Math.floor(at / time) + shift
  onTargets(
    Float32Array.from(counted, i => losses[i]!),
    counted.map(i => place(places?.[i] ?? i)),
  )
}
