/** Vectors, row by row: a table of token vectors [V, C], say. */
export interface VectorTable {
  readonly data: Float32Array
  readonly width: number
}

export function rowOf({ data, width }: VectorTable, row: number): Float32Array {
  return data.subarray(row * width, (row + 1) * width)
}

export function rowsOf({ data, width }: VectorTable): number {
  return width === 0 ? 0 : data.length / width
}
