import { type Data, DataType, type Field, makeData, RecordBatch, Struct, type TypeMap } from 'apache-arrow'
import { SchemaError } from '../errors.ts'

/**
 * The rows of a batch of plain columns (text, flags, numbers, times) that pass, as a batch that shares nothing with it; the batch
 * itself where all of them do.
 *
 * @throws SchemaError for lists and other columns of columns
 */
export function keepRows<O extends TypeMap>(batch: RecordBatch<O>, passes: (row: number) => boolean): RecordBatch<O> {
  const rows: number[] = []
  for (let row = 0; row < batch.numRows; row++) if (passes(row)) rows.push(row)
  if (rows.length === batch.numRows) return batch
  const { fields } = batch.schema
  const children = fields.map((field, i) => keep(field, batch.data.children[i]!, rows))
  const struct = new Struct<O>(fields)
  return new RecordBatch(batch.schema, makeData({ type: struct, length: rows.length, nullCount: 0, children }))
}

function keep({ name, type }: Field, column: Data, rows: readonly number[]): Data {
  const shared = { type, length: rows.length, ...validity(column, rows) } as any
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return makeData({ ...shared, ...bytes(column, rows) })
  if (DataType.isBool(type)) {
    const { values, offset } = column
    return makeData({
      ...shared,
      data: bitmap(rows, row => ((values[(offset + row) >> 3]! >> ((offset + row) & 7)) & 1) === 1),
    })
  }
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type) || DataType.isDate(type)) {
    const { stride } = column
    const values = column.values as Int32Array
    const data = new (values.constructor as Int32ArrayConstructor)(rows.length * stride)
    for (const [i, row] of rows.entries()) data.set(values.subarray(row * stride, (row + 1) * stride), i * stride)
    return makeData({ ...shared, data })
  }
  throw new SchemaError(`rows of column "${name}" of type ${type} cannot be kept one by one`)
}

function bytes(column: Data, rows: readonly number[]) {
  const offsets = column.valueOffsets as Int32Array
  const values = column.values as Uint8Array
  const valueOffsets = new Int32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) valueOffsets[i + 1] = valueOffsets[i]! + offsets[row + 1]! - offsets[row]!
  const data = new Uint8Array(valueOffsets[rows.length]!)
  for (const [i, row] of rows.entries()) data.set(values.subarray(offsets[row], offsets[row + 1]), valueOffsets[i])
  return { valueOffsets, data }
}

function validity(column: Data, rows: readonly number[]) {
  if (column.nullCount === 0) return { nullCount: 0 }
  const nullCount = rows.filter(row => !column.getValid(row)).length
  return { nullCount, nullBitmap: bitmap(rows, row => column.getValid(row)) }
}

function bitmap(rows: readonly number[], isSet: (row: number) => boolean): Uint8Array {
  const bits = new Uint8Array((rows.length + 7) >> 3)
  for (const [i, row] of rows.entries()) if (isSet(row)) bits[i >> 3]! |= 1 << (i & 7)
  return bits
}
