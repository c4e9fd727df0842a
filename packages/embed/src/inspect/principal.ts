import { randomStream } from '@sluice/pipeline'
import { norm } from './neighbors.ts'
import { rowOf, rowsOf, type VectorTable } from './table.ts'
import { tridiagonalEigen } from './tridiagonal.ts'

/** The axes along which a table's rows differ most, and how much of their variance lies along each. */
export interface PrincipalAxes {
  /** Mean of the rows, [C]. */
  readonly mean: Float64Array
  /** Orthonormal, the most telling first; the largest component of each is positive, so that they are always the same. */
  readonly axes: readonly Float64Array[]
  /** Share of the rows' variance along each, 0 to 1. */
  readonly explained: readonly number[]
  /** Rows that they were found from. */
  readonly rows: number
}

export interface PrincipalOptions {
  /** How many. Default: 2. */
  dimensions?: number
  /** Of a table with more rows than this a sample of them, evenly spread. Default: 2 million values' worth, twice the width at least. */
  sample?: number | undefined
}

/** Steps after which what has been found must do: only the nearly equal variances of a random table come here. */
const mostSteps = 128

/**
 * Principal component analysis (Pearson 1901): the eigenvectors of the rows' covariance with the largest eigenvalues, by the method
 * of Lanczos with full reorthogonalization. The covariance itself, [C, C], is never made; a step costs two products of the rows
 * with a vector.
 */
export function principalAxes(table: VectorTable, { dimensions = 2, sample }: PrincipalOptions = {}): PrincipalAxes {
  const centred = centredSample(table, sample)
  const { width, rows, mean, values, variance } = centred
  const wanted = Math.min(dimensions, width, Math.max(0, rows - 1))
  // Where all rows are alike, or some are no numbers, no direction tells more than another.
  if (wanted === 0 || variance === 0 || !Number.isFinite(variance)) return { mean, axes: [], explained: [], rows }
  const covariance = (vector: Float64Array) => throughCovariance(values, rows, vector)
  const random = randomStream(0, 'principal axes')
  const anyDirection = (step: number) => Float64Array.from({ length: width }, (_, i) => random.normal(step * width + i))
  const basis: Float64Array[] = []
  const diagonal: number[] = []
  const beside: number[] = []
  const most = Math.min(width, mostSteps)
  let next = anyDirection(0)
  for (;;) {
    orthogonalize(next, basis)
    const direction = scaled(next, 1 / norm(next))
    basis.push(direction)
    next = covariance(direction)
    diagonal.push(dot(next, direction))
    orthogonalize(next, basis)
    const coupling = norm(next)
    if (basis.length === most || settled(diagonal, beside, { coupling, wanted, tolerance: 1e-10 * variance })) break
    if (coupling > 1e-12 * variance) beside.push(coupling)
    else {
      // What was begun with leads no further: go on with another direction, for axes that tell as much as one that was found.
      next = anyDirection(basis.length)
      beside.push(0)
    }
  }
  const found = tridiagonalEigen(diagonal, beside)
  const axes = found.vectors.slice(0, wanted).map(weights => facing(combined(basis, weights)))
  return { mean, axes, explained: axes.map(axis => dot(covariance(axis), axis) / variance), rows }
}

/**
 * Where rows lie along axes.
 *
 * @param rows which of the table. Default: all
 * @returns [rows, axes]
 */
export function projected(
  table: VectorTable,
  { mean, axes }: Pick<PrincipalAxes, 'mean' | 'axes'>,
  rows: ArrayLike<number> = Int32Array.from({ length: rowsOf(table) }, (_, row) => row),
): Float32Array {
  const out = new Float32Array(rows.length * axes.length)
  const offsets = axes.map(axis => dot(mean, axis))
  for (let i = 0; i < rows.length; i++) {
    const row = rowOf(table, rows[i]!)
    axes.forEach((axis, a) => {
      out[i * axes.length + a] = dot(row, axis) - offsets[a]!
    })
  }
  return out
}

/** Share of the rows' variance along each of some orthonormal axes, such as another table's principal ones. */
export function explainedBy(
  table: VectorTable,
  axes: readonly Float64Array[],
  { sample }: Pick<PrincipalOptions, 'sample'> = {},
): number[] {
  const { values, rows, variance } = centredSample(table, sample)
  return axes.map(axis => (variance === 0 ? 0 : dot(throughCovariance(values, rows, axis), axis) / variance))
}

/** Rows of the table less their mean, and the sum of the variances of their channels. */
function centredSample(table: VectorTable, asked: number | undefined) {
  const { width } = table
  const sample = asked ?? Math.max(2 * width, Math.floor(2 ** 21 / width))
  const all = rowsOf(table)
  const rows = Math.min(all, sample)
  const values = new Float32Array(rows * width)
  const mean = new Float64Array(width)
  const sampled = (i: number) => rowOf(table, Math.floor((i * all) / rows))
  for (let i = 0; i < rows; i++) {
    const row = sampled(i)
    for (let channel = 0; channel < width; channel++) mean[channel]! += row[channel]! / rows
  }
  let variance = 0
  for (let i = 0, at = 0; i < rows; i++) {
    const row = sampled(i)
    for (let channel = 0; channel < width; channel++, at++) {
      const value = row[channel]! - mean[channel]!
      values[at] = value
      variance += (value * value) / rows
    }
  }
  return { width, rows, mean, values, variance }
}

/** Xᵀ (X v) / rows. */
function throughCovariance(values: Float32Array, rows: number, vector: Float64Array): Float64Array<ArrayBuffer> {
  const width = vector.length
  const out = new Float64Array(width)
  for (let row = 0, at = 0; row < rows; row++, at += width) {
    let along = 0
    for (let channel = 0; channel < width; channel++) along += values[at + channel]! * vector[channel]!
    along /= rows
    for (let channel = 0; channel < width; channel++) out[channel]! += along * values[at + channel]!
  }
  return out
}

/** Whether the first `wanted` eigenvectors will not change any more. Looked at every 16 steps. */
function settled(
  diagonal: readonly number[],
  beside: readonly number[],
  { coupling, wanted, tolerance }: { coupling: number; wanted: number; tolerance: number },
): boolean {
  if (diagonal.length % 16 !== 0 || coupling <= tolerance) return false
  const { vectors } = tridiagonalEigen(diagonal, beside)
  // The residual of a vector is the coupling times its last component (Parlett 1980, section 13.2).
  return vectors.slice(0, wanted).every(vector => Math.abs(coupling * vector.at(-1)!) < tolerance)
}

/** Takes out of a vector what lies in the basis; twice, since once leaves rounding errors that grow. */
function orthogonalize(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let time = 0; time < 2; time++) {
    for (const each of basis) {
      const along = dot(vector, each)
      for (let i = 0; i < vector.length; i++) vector[i]! -= along * each[i]!
    }
  }
}

function combined(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(basis[0]!.length)
  basis.forEach((each, b) => {
    for (let i = 0; i < out.length; i++) out[i]! += weights[b]! * each[i]!
  })
  return scaled(out, 1 / norm(out))
}

/** Of the two directions of an axis the one whose largest component is positive. */
function facing(axis: Float64Array): Float64Array {
  let largest = 0
  for (let i = 1; i < axis.length; i++) if (Math.abs(axis[i]!) > Math.abs(axis[largest]!)) largest = i
  return axis[largest]! < 0 ? scaled(axis, -1) : axis
}

function scaled(vector: Float64Array, factor: number): Float64Array<ArrayBuffer> {
  return vector.map(value => value * factor)
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
