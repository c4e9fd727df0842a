import type { DataReader } from 'hyparquet'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { wrong } from './limits.ts'

/**
 * Walks over the runs of the hybrid of run-length encoding and bit packing (parquet-format, Encodings: RLE), leaving the reader where
 * it was: they have `count` values, but for up to seven more that fill the last group of eight. Runs are few where values are many.
 *
 * @param length bytes that the runs have at most; undefined: four bytes before them tell
 */
export function checkRuns(
  { view, offset }: DataReader,
  { width, count, length }: { width: number; count: number; length?: number | undefined },
): void {
  if (width > 32) throw wrong(`values cannot have ${width} bits`)
  const start = length === undefined ? offset + 4 : offset
  const end = start + (length ?? view.getUint32(offset, true))
  if (end > view.byteLength) throw wrong(`runs of ${end - start} bytes exceed the page`)
  const at: DataReader = { view, offset: start }
  let values = 0
  while (values < count) {
    if (at.offset >= end) throw wrong(`runs end after ${values} of ${count} values`)
    const header = readVarInt(at) >>> 0
    const more = header >>> 1
    if ((header & 1) === 1) {
      values += 8 * more
      at.offset += more * width
      if (values >= count + 8) throw wrong(`runs have ${values} values for ${count}`)
    } else {
      values += more
      at.offset += (width + 7) >> 3
      if (values > count) throw wrong(`runs have ${values} values for ${count}`)
    }
  }
}
