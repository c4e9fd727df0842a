import { SchemaError } from '@sluice/pipeline'
import { type Data, DataType, type Field, makeData, RecordBatch, type Schema, Struct } from 'apache-arrow'

/** `count` rows from `start` of one of several batches. */
export interface RowRange {
  readonly batch: number
  readonly start: number
  readonly count: number
}

/** Rows of several batches of one schema, range by range, as a new batch that shares nothing with them. */
export function takeRows(schema: Schema, batches: readonly RecordBatch[], ranges: readonly RowRange[]): RecordBatch {
  const children = schema.fields.map((field, i) => {
    const columns = batches.map(batch => batch.data.children[i]!)
    return takeColumn(field, columns, ranges)
  })
  const length = ranges.reduce((sum, range) => sum + range.count, 0)
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
}

export function emptyBatch(schema: Schema): RecordBatch {
  return takeRows(schema, [], [])
}

function takeColumn(field: Field, columns: readonly Data[], ranges: readonly RowRange[]): Data {
  const { type } = field
  const length = ranges.reduce((sum, range) => sum + range.count, 0)
  const shared = { type, length, ...validity(columns, ranges, length) } as any
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const { valueOffsets, inner } = takeOffsets(columns, ranges, length)
    const data = takeValues(columns, inner, 1, () => new Uint8Array(0))
    return makeData({ ...shared, valueOffsets, data })
  }
  if (DataType.isList(type)) {
    const { valueOffsets, inner } = takeOffsets(columns, ranges, length)
    return makeData({ ...shared, valueOffsets, child: takeColumn(type.children[0]!, childrenOf(columns, 0), inner) })
  }
  if (DataType.isFixedSizeList(type)) {
    const inner = ranges.map(({ batch, start, count }) => ({
      batch,
      start: start * type.listSize,
      count: count * type.listSize,
    }))
    return makeData({ ...shared, child: takeColumn(type.children[0]!, childrenOf(columns, 0), inner) })
  }
  if (DataType.isStruct(type)) {
    const children = type.children.map((child, i) => takeColumn(child, childrenOf(columns, i), ranges))
    return makeData({ ...shared, children })
  }
  if (DataType.isBool(type)) return makeData({ ...shared, data: takeBits(columns, ranges, length) })
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type) || DataType.isDate(type)) {
    return makeData({ ...shared, data: takeValues(columns, ranges, 0, () => new type.ArrayType(0) as Values) })
  }
  throw new SchemaError(`rows of column "${field.name}" of type ${type} cannot be taken one by one`)
}

function childrenOf(columns: readonly Data[], i: number): Data[] {
  return columns.map(column => column.children[i]!)
}

/** New offsets of a variable-width column, and the ranges of its values. */
function takeOffsets(columns: readonly Data[], ranges: readonly RowRange[], length: number) {
  const valueOffsets = new Int32Array(length + 1)
  const inner: RowRange[] = []
  let row = 0
  for (const { batch, start, count } of ranges) {
    const offsets = columns[batch]!.valueOffsets as Int32Array
    const first = offsets[start]!
    const base = valueOffsets[row]! - first
    for (let i = 1; i <= count; i++) valueOffsets[++row] = offsets[start + i]! + base
    inner.push({ batch, start: first, count: offsets[start + count]! - first })
  }
  return { valueOffsets, inner }
}

type Values = Uint8Array | Int32Array | BigInt64Array

/** @param width array elements a value; 0: as Arrow says */
function takeValues(columns: readonly Data[], ranges: readonly RowRange[], width: number, none: () => Values): Values {
  const first = columns[0]?.values as Values | undefined
  if (!first) return none()
  const stride = width || columns[0]!.stride
  const total = ranges.reduce((sum, range) => sum + range.count, 0)
  const taken = new (first.constructor as new (length: number) => Values)(total * stride)
  let at = 0
  for (const { batch, start, count } of ranges) {
    const values = columns[batch]!.values as Values
    taken.set(values.subarray(start * stride, (start + count) * stride) as any, at)
    at += count * stride
  }
  return taken
}

function takeBits(columns: readonly Data[], ranges: readonly RowRange[], length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3)
  let row = 0
  for (const { batch, start, count } of ranges) {
    const { values, offset } = columns[batch]!
    for (let i = offset + start; i < offset + start + count; i++, row++) {
      if ((values[i >> 3]! >> (i & 7)) & 1) bits[row >> 3]! |= 1 << (row & 7)
    }
  }
  return bits
}

function validity(columns: readonly Data[], ranges: readonly RowRange[], length: number) {
  if (columns.every(column => column.nullCount === 0)) return { nullCount: 0 }
  const nullBitmap = new Uint8Array((length + 7) >> 3)
  let nullCount = 0
  let row = 0
  for (const { batch, start, count } of ranges) {
    for (let i = start; i < start + count; i++, row++) {
      if (columns[batch]!.getValid(i)) nullBitmap[row >> 3]! |= 1 << (row & 7)
      else nullCount++
    }
  }
  return { nullCount, nullBitmap }
}
