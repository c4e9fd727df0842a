import { rowOf, rowsOf, type VectorTable } from './table.ts'

export interface Neighbor {
  readonly row: number
  /** Cosine, -1 to 1; 0 where one of the two is all zeros. */
  readonly similarity: number
}

/**
 * The rows of a table whose directions are nearest to that of a vector, the nearest first, equals by row; by brute force, in one
 * pass over the table.
 *
 * @param vector [C]
 * @param options.limit how many. Default: 10
 * @param options.without rows that are left out, as the vector's own
 * @returns them, and the mean cosine to all rows that were not left out
 */
export function nearestRows(
  table: VectorTable,
  vector: Float32Array,
  { limit = 10, without = [] }: { limit?: number; without?: readonly number[] } = {},
): { neighbors: Neighbor[]; mean: number } {
  const { data, width } = table
  if (vector.length !== width) throw new RangeError(`expected a vector of ${width} channels, found ${vector.length}`)
  const left = new Set(without)
  const length = norm(vector)
  const best: Neighbor[] = []
  const rows = rowsOf(table)
  let [total, counted] = [0, 0]
  for (let row = 0, at = 0; row < rows; row++, at += width) {
    if (left.has(row)) continue
    let [dot, square] = [0, 0]
    for (let channel = 0; channel < width; channel++) {
      const value = data[at + channel]!
      dot += value * vector[channel]!
      square += value * value
    }
    const product = Math.sqrt(square) * length
    const similarity = product > 0 ? dot / product : 0
    total += similarity
    counted++
    if (best.length < limit || similarity > best.at(-1)!.similarity) insert(best, { row, similarity }, limit)
  }
  return { neighbors: best, mean: counted === 0 ? 0 : total / counted }
}

/** Rows come by rising number, so that of equals the one before stays before. */
function insert(best: Neighbor[], neighbor: Neighbor, limit: number): void {
  let at = best.length
  while (at > 0 && best[at - 1]!.similarity < neighbor.similarity) at--
  best.splice(at, 0, neighbor)
  if (best.length > limit) best.pop()
}

/** Length of a vector. */
export function norm(vector: ArrayLike<number>): number {
  let square = 0
  for (let i = 0; i < vector.length; i++) square += vector[i]! * vector[i]!
  return Math.sqrt(square)
}

/** Cosine of the angle between two vectors; 0 where one of them is all zeros. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!
  const product = norm(a) * norm(b)
  return product > 0 ? dot / product : 0
}

/** [rows, rows] cosines of every pair. */
export function similarities(table: VectorTable): Float32Array {
  const rows = rowsOf(table)
  const vectors = Array.from({ length: rows }, (_, row) => {
    const vector = Float64Array.from(rowOf(table, row))
    const length = norm(vector)
    return length > 0 ? vector.map(value => value / length) : vector
  })
  const out = new Float32Array(rows * rows)
  for (let i = 0; i < rows; i++) {
    for (let j = i; j < rows; j++) {
      const [a, b] = [vectors[i]!, vectors[j]!]
      let dot = 0
      for (let channel = 0; channel < a.length; channel++) dot += a[channel]! * b[channel]!
      out[i * rows + j] = dot
      out[j * rows + i] = dot
    }
  }
  return out
}
