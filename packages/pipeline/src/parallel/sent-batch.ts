import { Data, DataType, type Field, RecordBatch, type Schema, Struct } from 'apache-arrow'
import { decodeFrame } from '../ipc/decode-frame.ts'
import { encodeFrame } from '../ipc/encode-frame.ts'
import { schemaOf, textOf } from './sent-schema.ts'

/**
 * A batch on its way to another thread of this process: its columns one after the other in one piece of memory, which is handed over.
 * What crosses is what an Arrow IPC stream would hold; but making and reading one, its metadata above all, takes more of the run's thread
 * than copying the columns does, and V8 compiles what does so in each thread by itself.
 */
export type SentBatch =
  | {
      readonly schema: string
      readonly rows: number
      /**
       * Of each column, and after it of those within it, four numbers: its rows, and where in the memory its validity, offsets and
       * values begin; -1 where it has none.
       */
      readonly layout: readonly number[]
      readonly memory: ArrayBuffer
    }
  /** Of columns that consist of something else, as dictionaries and unions do: an Arrow IPC stream. */
  | { readonly ipc: Uint8Array<ArrayBuffer> }

/** What of it is handed over. */
export function memoryOf(sent: SentBatch): ArrayBuffer {
  return 'ipc' in sent ? sent.ipc.buffer : sent.memory
}

/** Of a slice, its own rows only. @param room memory that may be written over. Taken where it is large enough */
export function sendBatch(batch: RecordBatch, room?: ArrayBuffer): SentBatch {
  const { schema, numRows } = batch
  if (!schema.fields.every(plain)) return { ipc: encodeFrame({ batch, cursor: {}, seq: 0 }, room) }
  const pieces = new Pieces()
  for (const column of batch.data.children) put(pieces, column, 0, numRows)
  return { schema: textOf(schema), rows: numRows, layout: pieces.layout, memory: pieces.written(room) }
}

/** The batch; its columns are views of the memory that was handed over. */
export function receivedBatch(sent: SentBatch): RecordBatch {
  if ('ipc' in sent) return decodeFrame(sent.ipc).batch
  const schema: Schema = schemaOf(sent.schema)
  const columns = columnsIn(sent.memory, sent.layout)
  const children = schema.fields.map(columns)
  return new RecordBatch(schema, new Data(new Struct(schema.fields), 0, sent.rows, 0, undefined, children))
}

/** Whether a column consists of validity, offsets, values and such columns. */
function plain({ type }: Field): boolean {
  if (DataType.isStruct(type) || DataType.isList(type) || DataType.isFixedSizeList(type)) {
    return (type.children as Field[]).every(plain)
  }
  return DataType.isUtf8(type) || DataType.isBinary(type) || DataType.isBool(type) || isNumbers(type)
}

function isNumbers(type: DataType): boolean {
  return DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type) || DataType.isDate(type)
}

/** What is to be written, each piece from a multiple of eight bytes on. */
class Pieces {
  readonly layout: number[] = []
  readonly #pieces: Uint8Array[] = []
  #size = 0

  add({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
    const at = this.#size
    this.#pieces.push(new Uint8Array(buffer, byteOffset, byteLength))
    this.#size = after(at, byteLength)
    return at
  }

  written(room: ArrayBuffer | undefined): ArrayBuffer {
    const memory = room && room.byteLength >= this.#size ? room : new ArrayBuffer(this.#size)
    const bytes = new Uint8Array(memory)
    let at = 0
    for (const piece of this.#pieces) {
      bytes.set(piece, at)
      at = after(at, piece.length)
    }
    return memory
  }
}

function after(at: number, length: number): number {
  return at + 8 * Math.ceil(length / 8)
}

/** Puts rows `from` to `to` of a column, counted from its own first. */
function put(pieces: Pieces, data: Data, from: number, to: number): void {
  const { layout } = pieces
  const type: DataType = data.type
  const rows = to - from
  layout.push(rows, data.nullCount > 0 ? pieces.add(bits(data.nullBitmap!, data.offset + from, rows)) : -1)
  if (DataType.isStruct(type)) {
    layout.push(-1, -1)
    for (const child of data.children) put(pieces, child, from, to)
  } else if (DataType.isFixedSizeList(type)) {
    layout.push(-1, -1)
    put(pieces, data.children[0]!, from * type.listSize, to * type.listSize)
  } else if (DataType.isBool(type)) {
    layout.push(-1, pieces.add(bits(data.values, data.offset + from, rows)))
  } else if (isNumbers(type)) {
    layout.push(-1, pieces.add(data.values.subarray(from, to)))
  } else {
    // A column without rows may have no offsets at all.
    const own = rows === 0 ? new Int32Array(1) : (data.valueOffsets as Int32Array).subarray(from, to + 1)
    const [first, last] = [own[0]!, own[rows]!]
    layout.push(pieces.add(first === 0 ? own : own.map(offset => offset - first)))
    if (DataType.isList(type)) {
      layout.push(-1)
      put(pieces, data.children[0]!, first, last)
    } else layout.push(pieces.add(data.values.subarray(first, last)))
  }
}

/** Bits `from` to `from + count`, in bytes that begin with the first of them. */
function bits(bytes: Uint8Array, from: number, count: number): Uint8Array {
  const size = (count + 7) >> 3
  if ((from & 7) === 0) return bytes.subarray(from >> 3, (from >> 3) + size)
  const own = new Uint8Array(size)
  for (let i = 0; i < count; i++) own[i >> 3]! |= ((bytes[(from + i) >> 3]! >> ((from + i) & 7)) & 1) << (i & 7)
  return own
}

/** What makes of a field the next column that `put` has written. */
function columnsIn(memory: ArrayBuffer, layout: readonly number[]): (field: Field) => Data {
  let next = 0
  const column = ({ type }: Field): Data => {
    const [rows, validity, offsets, values] = layout.slice(next, next + 4) as [number, number, number, number]
    next += 4
    const valueOffsets = offsets < 0 ? undefined : new Int32Array(memory, offsets, rows + 1)
    const nullBitmap = validity < 0 ? undefined : new Uint8Array(memory, validity, (rows + 7) >> 3)
    const buffers = [valueOffsets, values < 0 ? undefined : valuesAt(values, type, rows, valueOffsets), nullBitmap]
    const children = (type.children as Field[] | null)?.map(column)
    // -1: nulls are counted by whoever asks.
    return new Data(type, 0, rows, nullBitmap ? -1 : 0, buffers as never, children)
  }
  const valuesAt = (at: number, type: DataType, rows: number, offsets: Int32Array | undefined): ArrayBufferView => {
    if (DataType.isBool(type)) return new Uint8Array(memory, at, (rows + 7) >> 3)
    const Values: Int32ArrayConstructor = type.ArrayType
    return new Values(memory, at, offsets ? offsets[rows] : rows)
  }
  return column
}
