import { SchemaError } from '@sluice/pipeline'
import { type Data, DataType, type Field, makeData, RecordBatch, Struct } from 'apache-arrow'
import { type Replacements, replaceTexts } from './replace.ts'

/** Rows `rows[0..count]` of a batch, as a batch of its own, with other texts in some of them. */
export function takeRows(batch: RecordBatch, rows: Int32Array, count: number, texts: Replacements): RecordBatch {
  const { schema } = batch
  const children = schema.fields.map((field, i) => {
    const column = batch.data.children[i]!
    if (field.name === 'text' && texts.size > 0) return replaceTexts(column, count, texts, rows)
    return takeColumn(field, column, rows, count)
  })
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: count, nullCount: 0, children }))
}

function takeColumn(field: Field, column: Data, rows: Int32Array, count: number): Data {
  const { type } = field
  const shared = { type, length: count, ...takeValidity(column, rows, count) } as any
  if (DataType.isUtf8(type) || DataType.isBinary(type))
    return makeData({ ...shared, ...takeBytes(column, rows, count) })
  if (DataType.isBool(type)) {
    const data = new Uint8Array((count + 7) >> 3)
    const values = column.values as Uint8Array
    for (let i = 0; i < count; i++) {
      const bit = column.offset + rows[i]!
      if ((values[bit >> 3]! >> (bit & 7)) & 1) data[i >> 3]! |= 1 << (i & 7)
    }
    return makeData({ ...shared, data })
  }
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type) || DataType.isDate(type)) {
    const values = column.values as Int32Array
    const { stride } = column
    const data = new (values.constructor as Int32ArrayConstructor)(count * stride)
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < stride; j++) data[i * stride + j] = values[rows[i]! * stride + j]!
    }
    return makeData({ ...shared, data })
  }
  throw new SchemaError(`rows of column "${field.name}" of type ${type} cannot be taken one by one`)
}

/** Neighbouring rows are copied in one go. */
function takeBytes(column: Data, rows: Int32Array, count: number) {
  const offsets = column.valueOffsets as Int32Array
  const values = column.values as Uint8Array
  const valueOffsets = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) valueOffsets[i + 1] = valueOffsets[i]! + offsets[rows[i]! + 1]! - offsets[rows[i]!]!
  const data = new Uint8Array(valueOffsets[count]!)
  for (let i = 0; i < count; ) {
    let j = i + 1
    while (j < count && rows[j] === rows[j - 1]! + 1) j++
    data.set(values.subarray(offsets[rows[i]!], offsets[rows[j - 1]! + 1]), valueOffsets[i])
    i = j
  }
  return { valueOffsets, data }
}

function takeValidity(column: Data, rows: Int32Array, count: number) {
  if (column.nullCount === 0) return { nullCount: 0 }
  const nullBitmap = new Uint8Array((count + 7) >> 3)
  let nullCount = 0
  for (let i = 0; i < count; i++) {
    if (column.getValid(rows[i]!)) nullBitmap[i >> 3]! |= 1 << (i & 7)
    else nullCount++
  }
  return { nullCount, nullBitmap }
}
