import type { DataReader } from 'hyparquet'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { maxPage, wrong } from './limits.ts'

/** Checks the head of delta-packed integers (parquet-format, Encodings: DELTA_BINARY_PACKED), leaving the reader where it was. */
export function checkDeltas({ view, offset }: DataReader, count: number): void {
  if (count === 0) return
  const at = { view, offset }
  const block = readVarInt(at)
  const parts = readVarInt(at)
  const values = readVarInt(at)
  if (block <= 0 || block % 128 !== 0 || block > 2 ** 20) throw wrong(`deltas cannot come in blocks of ${block}`)
  if (parts <= 0 || block % parts !== 0 || (block / parts) % 32 !== 0) {
    throw wrong(`a block of ${block} deltas cannot have ${parts} parts`)
  }
  if (values !== count) throw wrong(`there are ${values} deltas for ${count} values`)
}

/** Checks texts that share their beginnings with the one before (DELTA_BYTE_ARRAY): each is made anew, so they may grow. */
export function checkDeltaTexts({ view, offset }: DataReader, count: number): void {
  const at = { view, offset }
  const lengths = () => {
    checkDeltas(at, count)
    const found = new Int32Array(count)
    if (count > 0) deltaBinaryUnpack(at, count, found)
    return found
  }
  const prefixes = lengths()
  const suffixes = lengths()
  let before = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    const [prefix, suffix] = [prefixes[i]!, suffixes[i]!]
    if (prefix < 0 || suffix < 0 || prefix > before) throw wrong(`a text shares ${prefix} bytes with one of ${before}`)
    before = prefix + suffix
    total += before
    if (total > maxPage) throw wrong(`the texts of a page have over ${maxPage} bytes`)
  }
}
