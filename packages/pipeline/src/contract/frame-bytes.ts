import { type Data, DataType } from 'apache-arrow'
import type { Frame } from './frame.ts'

/**
 * Bytes that a frame's rows hold: values, offsets and validity. A slice counts its own rows only, although Arrow keeps the
 * whole buffer of the batch it was cut from; so the slices of a batch add up to the batch.
 * Dictionaries, which batches share, are not counted.
 */
export function frameBytes(frame: Frame): number {
  const { data } = frame.batch
  return rangeBytes(data, 0, data.length)
}

/** Bytes of rows `from` to `to` (exclusive), counted from the data's own first row. */
function rangeBytes(data: Data, from: number, to: number): number {
  const rows = to - from
  const validity = data.nullCount > 0 ? (rows + 7) >> 3 : 0
  const { type } = data
  if (DataType.isStruct(type)) return data.children.reduce((sum, child) => sum + rangeBytes(child, from, to), validity)
  if (DataType.isFixedSizeList(type)) {
    return validity + rangeBytes(data.children[0]!, from * type.listSize, to * type.listSize)
  }
  const offsets = data.valueOffsets as Int32Array | BigInt64Array | undefined
  if (offsets && offsets.length > to && !DataType.isUnion(type)) {
    const first = Number(offsets[from])
    const last = Number(offsets[to])
    const held = data.children.length > 0 ? rangeBytes(data.children[0]!, first, last) : last - first
    return validity + (rows + 1) * offsets.BYTES_PER_ELEMENT + held
  }
  if (DataType.isBool(type)) return validity + ((rows + 7) >> 3)
  const { values } = data as { values?: ArrayBufferView & { BYTES_PER_ELEMENT: number } }
  if (data.children.length > 0 || !values) return Math.ceil((data.byteLength * rows) / Math.max(1, data.length))
  return validity + rows * data.stride * values.BYTES_PER_ELEMENT
}
