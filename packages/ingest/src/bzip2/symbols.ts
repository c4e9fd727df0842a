import { BlockFault } from './fault.ts'
import { longestCode, lookupBits, maxSymbols } from './huffman.ts'
import { type BlockHead, type BlockSpace, largestBlock, padding } from './space.ts'

const groupSize = 50

/**
 * Decodes a block up to the Burrows-Wheeler transform: Huffman codes, runs, move-to-front. The format has no specification; it is
 * what Julian Seward's bzip2 1.0 writes. Sets `last` and `counts` of the space.
 *
 * @param bytes the block's bytes, with `padding` more behind them
 * @param start the bit of `bytes` that its magic begins at
 * @throws BlockFault
 */
export function decodeSymbols(bytes: Uint8Array, start: number, space: BlockSpace): BlockHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const available = (bytes.length - padding) * 8
  let pos = start + 48
  // Past the end all is zeros: whatever is wrong with them, the fault is that the block ends.
  const fault = (message: string): BlockFault =>
    pos > available ? new BlockFault('it ends early', true) : new BlockFault(message)
  const bits = (count: number): number => {
    if (pos + count > available) throw new BlockFault('it ends early', true)
    const value = (view.getUint32(pos >>> 3) << (pos & 7)) >>> (32 - count)
    pos += count
    return value
  }
  const crc = (bits(16) << 16) | bits(16)
  if (bits(1) === 1) throw new BlockFault('it is randomised, as only bzip2 before 0.9.5 wrote it')
  const origin = bits(24)

  const used = bits(16)
  const alphabet: number[] = []
  for (let high = 0; high < 16; high++) {
    if ((used & (0x8000 >>> high)) === 0) continue
    const row = bits(16)
    for (let low = 0; low < 16; low++) if (row & (0x8000 >>> low)) alphabet.push((high << 4) | low)
  }
  if (alphabet.length === 0) throw new BlockFault('it uses no byte')
  const symbols = alphabet.length + 2

  const tableCount = bits(3)
  if (tableCount < 2 || tableCount > 6) throw new BlockFault(`expected 2 to 6 code tables, found ${tableCount}`)
  const selectorCount = bits(15)
  if (selectorCount === 0) throw new BlockFault('it selects no code table')
  const { selectors, tables, last, counts } = space
  const order = [0, 1, 2, 3, 4, 5]
  for (let i = 0; i < selectorCount; i++) {
    let place = 0
    while (bits(1) === 1) if (++place >= tableCount) throw new BlockFault('it selects a code table that is not there')
    const [table] = order.splice(place, 1)
    order.unshift(table!)
    selectors[i] = table!
  }

  const lengths = new Uint8Array(maxSymbols)
  for (let table = 0; table < tableCount; table++) {
    let length = bits(5)
    for (let i = 0; i < symbols; i++) {
      for (;;) {
        if (length < 1 || length > longestCode) throw new BlockFault(`it has a code of ${length} bits`)
        if (bits(1) === 0) break
        length += bits(1) === 0 ? 1 : -1
      }
      lengths[i] = length
    }
    tables.set(table, lengths, symbols)
  }

  const { lookup } = tables
  const front = new Uint8Array(256)
  front.set(alphabet)
  counts.fill(0)
  const endOfBlock = symbols - 1
  let length = 0
  let run = 0
  let weight = 1
  for (let group = 0; ; group++) {
    if (group >= selectorCount) throw fault('it goes on after its last group')
    if (pos > available) throw new BlockFault('it ends early', true)
    const table = selectors[group]!
    const base = table << lookupBits
    let left = groupSize
    let symbol = 0
    while (left-- > 0) {
      const window = view.getUint32(pos >>> 3) << (pos & 7)
      let entry = lookup[base + (window >>> (32 - lookupBits))]!
      if (entry === 0) {
        entry = tables.long(table, window >>> (32 - longestCode))
        if (entry === 0) throw fault('it holds bits that are no code')
      }
      pos += entry & 31
      symbol = entry >>> 5
      if (symbol <= 1) {
        run += weight << symbol
        weight <<= 1
        if (run > largestBlock) throw fault('it is longer than a block can be')
        continue
      }
      if (run > 0) {
        if (length + run > largestBlock) throw fault('it is longer than a block can be')
        const byte = front[0]!
        counts[byte]! += run
        const end = length + run
        if (run < 16) while (length < end) last[length++] = byte
        else {
          last.fill(byte, length, end)
          length = end
        }
        run = 0
        weight = 1
      }
      if (symbol === endOfBlock) break
      const place = symbol - 1
      const byte = front[place]!
      if (place < 24) for (let i = place; i > 0; i--) front[i] = front[i - 1]!
      else front.copyWithin(1, 0, place)
      front[0] = byte
      counts[byte]!++
      if (length === largestBlock) throw fault('it is longer than a block can be')
      last[length++] = byte
    }
    if (symbol === endOfBlock) break
  }
  if (pos > available) throw new BlockFault('it ends early', true)
  if (origin >= length) throw fault(`it begins in row ${origin} of ${length}`)
  return { length, origin, crc, end: pos }
}
