// Levels of one bit: which value of a repeated column goes on with the row before it, and whether there is a value at all. They stand
// in runs (the hybrid of run length and bit packing), after the runs' length of 4 bytes:
// https://parquet.apache.org/docs/file-format/data-pages/encodings
import { varint } from './thrift/encode.ts'

export function encodeLevels(levels: readonly number[]): Uint8Array {
  const runs: Uint8Array[] = []
  for (let from = 0, to = 0; from < levels.length; from = to) {
    while (to < levels.length && levels[to] === levels[from]) to++
    runs.push(varint(2 * (to - from)), Uint8Array.of(levels[from]!))
  }
  const body = Buffer.concat(runs)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

/** @returns `count` levels, and the position after them. @throws RangeError where that is not what stands there */
export function decodeLevels(page: Buffer, position: number, count: number): { levels: number[]; end: number } {
  if (position + 4 > page.length) throw new RangeError('a page ends before its levels')
  const start = position + 4
  const end = start + page.readUInt32LE(position)
  if (end > page.length) throw new RangeError('a page ends before its levels')
  const levels: number[] = []
  let at = start
  const byte = (): number => {
    if (at >= end) throw new RangeError('the levels end too early')
    return page[at++]!
  }
  while (levels.length < count) {
    let head = 0
    for (let scale = 1, part = 0x80; part >= 0x80; scale *= 128) {
      part = byte()
      head += (part & 0x7f) * scale
      if (head > 2 ** 32) throw new RangeError('a run of levels does not fit the page')
    }
    const packed = head % 2 === 1
    const length = packed ? Math.floor(head / 2) * 8 : head / 2
    const missing = count - levels.length
    // Packed ones come in groups of eight, of which the last may be longer than is needed.
    if (length === 0 || length >= missing + (packed ? 8 : 1))
      throw new RangeError('a run of levels does not fit the page')
    if (!packed) {
      const level = byte()
      for (let i = 0; i < length; i++) levels.push(level)
      continue
    }
    for (let i = 0, bits = 0; i < length; i++, bits >>= 1) {
      if (i % 8 === 0) bits = byte()
      if (levels.length < count) levels.push(bits & 1)
    }
  }
  return { levels, end }
}
