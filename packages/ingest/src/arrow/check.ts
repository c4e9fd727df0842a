import { type Data, DataType } from 'apache-arrow'

/** Rows of a column that holds nothing but nulls, and so has no bytes to measure it by. */
const maxNullRows = 1024 * 1024

/** Makes sure that a column holds the rows that it says it has. @throws Error */
export function checkData(data: Data): void {
  const { type, length } = data
  const values = data.values as ArrayLike<unknown> | undefined
  const enough = (there: number | undefined, needed: number): void => {
    if ((there ?? 0) < needed) throw new Error(`a column of ${length} rows has room for fewer`)
  }
  const offsetsUpTo = (end: number): void => {
    if (length === 0) return
    const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint>
    enough(offsets?.length, length + 1)
    let before: number | bigint = 0
    for (let i = 0; i <= length; i++) {
      const offset = offsets[i]!
      if (offset < before || offset > end) throw new Error('a value leaves its column')
      before = offset
    }
  }
  if (data.nullCount > 0 && data.nullBitmap) enough(data.nullBitmap.length * 8, length)
  if (DataType.isNull(type)) enough(maxNullRows, length)
  else if (DataType.isBool(type)) enough(values && values.length * 8, length)
  else if (
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type)
  ) {
    offsetsUpTo(values?.length ?? 0)
  } else if (DataType.isList(type) || DataType.isMap(type)) offsetsUpTo(data.children[0]?.length ?? 0)
  else if (DataType.isFixedSizeList(type)) enough(data.children[0]?.length, length * Math.max(0, type.listSize))
  else if (DataType.isFixedSizeBinary(type)) enough(values?.length, length * Math.max(0, type.byteWidth))
  else if (DataType.isStruct(type)) for (const child of data.children) enough(child.length, length)
  else if (DataType.isUnion(type)) enough(data.typeIds?.length, length)
  else enough(values?.length, length * (data.stride ?? 1))
  for (const child of data.children) checkData(child)
  for (const chunk of data.dictionary?.data ?? []) checkData(chunk)
}
