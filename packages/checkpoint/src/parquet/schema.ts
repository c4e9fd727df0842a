import parquet from 'parquetjs-lite'

/** Bytes of a tensor in one row: large enough that Parquet's bookkeeping does not show, small enough to stream. */
export const pieceBytes = 1 << 20

/** Rows of a row group: 16 MiB, which is what the writer holds in memory. */
export const rowsPerGroup = 16

/** One row is one piece of a tensor. */
export type Piece = {
  name: string
  /** As NumPy calls it: `float32`, `int32`. */
  dtype: string
  shape: readonly number[]
  /** Bytes of the tensor before this piece. */
  offset: number
  /** Little-endian, row-major. */
  bytes: Uint8Array
}

export function pieceSchema(): InstanceType<typeof parquet.ParquetSchema> {
  return new parquet.ParquetSchema({
    name: { type: 'UTF8' },
    dtype: { type: 'UTF8' },
    shape: { type: 'INT64', repeated: true, statistics: false },
    offset: { type: 'INT64' },
    // With statistics the footer would repeat two whole pieces a group.
    bytes: { type: 'BYTE_ARRAY', statistics: false },
  })
}
