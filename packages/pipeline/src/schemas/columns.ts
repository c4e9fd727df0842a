import {
  Bool,
  type Data,
  type FixedSizeList,
  Float64,
  Int32,
  type List,
  makeData,
  Utf8,
  type Vector,
} from 'apache-arrow'

// Columns from typed arrays: Arrow's builders work value by value and are several times slower. `field` names follow Arrow.

/** Utf8 from strings, through one buffer. Lone surrogates become U+FFFD, as everywhere in UTF-8. */
export function utf8Column(values: readonly string[]): Data<Utf8> {
  const offsets = new Int32Array(values.length + 1)
  let total = 0
  for (let i = 0; i < values.length; i++) {
    total += Buffer.byteLength(values[i]!, 'utf8')
    if (total > 0x7fffffff) throw new RangeError(`utf8 column needs ${total} bytes, one record batch holds 2147483647`)
    offsets[i + 1] = total
  }
  const bytes = Buffer.allocUnsafeSlow(total)
  for (let i = 0; i < values.length; i++) bytes.write(values[i]!, offsets[i]!, 'utf8')
  return makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets: offsets, data: bytes })
}

/** Utf8 with nulls; `undefined` where there are none to store (a column of nulls only still has its type). */
export function nullableUtf8Column(values: readonly (string | null | undefined)[]): Data<Utf8> {
  const valid = new Uint8Array((values.length + 7) >> 3)
  let nullCount = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] === null || values[i] === undefined) nullCount++
    else valid[i >> 3]! |= 1 << (i & 7)
  }
  const filled = utf8Column(values.map(value => value ?? ''))
  if (nullCount === 0) return filled
  const { valueOffsets, values: data } = filled
  return makeData({ type: new Utf8(), length: values.length, nullCount, nullBitmap: valid, valueOffsets, data })
}

export function int32Column(values: Int32Array): Data<Int32> {
  return makeData({ type: new Int32(), length: values.length, nullCount: 0, data: values })
}

export function float64Column(values: Float64Array): Data<Float64> {
  return makeData({ type: new Float64(), length: values.length, nullCount: 0, data: values })
}

export function boolColumn(values: readonly boolean[]): Data<Bool> {
  const bits = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (values[i]) bits[i >> 3]! |= 1 << (i & 7)
  return makeData({ type: new Bool(), length: values.length, nullCount: 0, data: bits })
}

/** List<Int32>; row i is `values[offsets[i] .. offsets[i + 1]]`. */
export function int32ListColumn(type: List<Int32>, offsets: Int32Array, values: Int32Array): Data<List<Int32>> {
  return makeData({ type, length: offsets.length - 1, nullCount: 0, valueOffsets: offsets, child: int32Column(values) })
}

/** FixedSizeList<Int32>[width]; row i is `values[i * width .. (i + 1) * width]`. */
export function int32BlockColumn(type: FixedSizeList<Int32>, values: Int32Array): Data<FixedSizeList<Int32>> {
  const rows = values.length / type.listSize
  if (!Number.isInteger(rows)) throw new RangeError(`${values.length} values do not fill rows of ${type.listSize}`)
  return makeData({ type, length: rows, nullCount: 0, child: int32Column(values) })
}

/** The values of an Int32 column that lies in one piece, without a copy. */
export function int32Values(column: Vector<Int32>): Int32Array {
  const data = column.data[0]
  if (!data) return new Int32Array(0)
  return (data.values as Int32Array).subarray(0, data.length)
}
