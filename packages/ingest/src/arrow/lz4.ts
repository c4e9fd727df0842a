const magic = 0x184d2204

/**
 * Unpacks an LZ4 frame into `into`, which it must fill. Checksums are not compared.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, lz4_Block_format.md
 */
export function unpackLz4(data: Uint8Array, into: Uint8Array): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (view.getUint32(0, true) !== magic) throw new Error('a buffer is no LZ4 frame')
  const flags = view.getUint8(4)
  if (flags >> 6 !== 1) throw new Error('an LZ4 frame of an unknown version')
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4
  let at = 7 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4)
  let end = 0
  for (;;) {
    const size = view.getUint32(at, true)
    at += 4
    if (size === 0) break
    const length = size & 0x7fffffff
    const block = data.subarray(at, at + length)
    if (block.length < length) throw new Error('an LZ4 frame is cut short')
    if (size >>> 31 === 1) {
      into.set(block, end)
      end += length
    } else end = unpackBlock(block, into, end)
    at += length + blockChecksum
  }
  if (end !== into.length) throw new Error('a buffer is shorter than it says')
  return into
}

/** Returns where it ends in `into`. Matches may reach into the blocks before. */
function unpackBlock(block: Uint8Array, into: Uint8Array, from: number): number {
  let end = from
  let i = 0
  const more = (length: number): number => {
    let total = length
    if (length === 15) {
      let byte: number
      do {
        if (i >= block.length) throw new Error('an LZ4 block is damaged')
        byte = block[i++]!
        total += byte
      } while (byte === 255)
    }
    return total
  }
  while (i < block.length) {
    const token = block[i++]!
    const literals = more(token >> 4)
    if (i + literals > block.length || end + literals > into.length) throw new Error('an LZ4 block is damaged')
    into.set(block.subarray(i, i + literals), end)
    i += literals
    end += literals
    if (i === block.length) break
    const offset = block[i]! | (block[i + 1]! << 8)
    i += 2
    const length = more(token & 15) + 4
    if (!(offset > 0 && offset <= end) || end + length > into.length) throw new Error('an LZ4 block is damaged')
    if (offset >= length) into.copyWithin(end, end - offset, end - offset + length)
    else for (let k = 0; k < length; k++) into[end + k] = into[end + k - offset]!
    end += length
  }
  return end
}
