import { physical, repetition } from './format.ts'

/** Bytes of a tensor in one row: large enough that Parquet's bookkeeping does not show, small enough to stream. */
export const pieceBytes = 1 << 20

/** Rows of a row group: 16 MiB. */
export const rowsPerGroup = 16

/** What a row says of its piece of a tensor. */
export interface Piece {
  readonly name: string
  /** As NumPy calls it: `float32`, `int32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes of the tensor before this piece. */
  readonly offset: number
}

export interface Column {
  readonly name: keyof Piece | 'bytes'
  readonly type: (typeof physical)[keyof typeof physical]
  readonly repetition: (typeof repetition)[keyof typeof repetition]
  /** Whether the bytes are UTF-8. */
  readonly text?: boolean
}

/** The columns of a file, in its order; `bytes` are the values of the piece, little-endian, row-major. */
export const columns: readonly Column[] = [
  { name: 'name', type: physical.byteArray, repetition: repetition.required, text: true },
  { name: 'dtype', type: physical.byteArray, repetition: repetition.required, text: true },
  { name: 'shape', type: physical.int64, repetition: repetition.repeated },
  { name: 'offset', type: physical.int64, repetition: repetition.required },
  { name: 'bytes', type: physical.byteArray, repetition: repetition.required },
]
