import { DataError } from '@sluice/pipeline'
import type { DecodedBlock } from './decoder.ts'
import { BlockFault } from './fault.ts'
import type { Slice } from './slices.ts'
import { longestPacked, padding } from './space.ts'

/** One block of the file, checked to be the next one. */
export interface Block extends DecodedBlock {
  /** The bit of the file that it begins at. */
  readonly bit: number
}

export interface ChainStart {
  readonly file: string
  /** The bit of the file that the first block begins at. */
  readonly bit: number
  /** Whether that is a stream's beginning, so that its checksum can be told. */
  readonly whole: boolean
}

const cutShort = 'the bzip2 data is cut short: the file ends inside a compressed block'
const compare = 'fetch the file again and compare its size with the original'

/**
 * Puts decoded slices in their order: each must begin where the one before ended, streams end with their checksum, and the next
 * stream begins on the byte after. A slice that begins inside another is chance, and passed over; a block that chance cut in two
 * is put together again.
 */
export class Chain {
  readonly #file: string
  #expected: number
  #checked: boolean
  #streamCrc = 0
  /** A block that needs what follows it. */
  #open: Slice | undefined
  #ended = false

  constructor({ file, bit, whole }: ChainStart) {
    this.#file = file
    this.#expected = bit
    this.#checked = whole
  }

  /**
   * @param decoded what became of the slice, if it is a block
   * @param decode decodes a block again, with more bytes
   * @returns the block that is next in the file, if it is known by now
   * @throws DataError
   */
  add(slice: Slice, decoded: DecodedBlock | BlockFault | undefined, decode: Decode): Block | undefined {
    if (this.#open) return this.#join(this.#open, slice, decode)
    // What follows the last stream is looked at when the file ends.
    if (this.#ended || slice.bit < this.#expected) return undefined
    if (slice.bit > this.#expected) throw this.#damaged(`expected a block or the end of a stream`, this.#expected)
    if (slice.mark === 'end') {
      this.#endStream(slice)
      return undefined
    }
    return this.#take(slice, decoded!)
  }

  /** To be called after the last slice. @throws DataError when the file should go on */
  end(): void {
    if (this.#open || !this.#ended) throw this.#short()
  }

  #take(slice: Slice, decoded: DecodedBlock | BlockFault): Block | undefined {
    if (decoded instanceof BlockFault) {
      if (!decoded.short) throw this.#damaged(decoded.message, slice.bit)
      if (slice.final) throw this.#short()
      this.#open = slice
      return undefined
    }
    const end = slice.bit - (slice.bit & 7) + decoded.end
    this.#expected = end
    this.#streamCrc = (this.#streamCrc << 1) ^ (this.#streamCrc >>> 31) ^ decoded.crc
    return { ...decoded, bit: slice.bit }
  }

  #join(open: Slice, next: Slice, decode: Decode): Block | undefined {
    // Both hold the byte that one ends and the other begins in, unless it ended with a byte.
    const from = Math.floor(open.bit / 8)
    const at = Math.floor(next.bit / 8) - from
    const length = at + next.bytes.length
    if (length > longestPacked + padding) throw this.#damaged('it does not end', open.bit)
    const bytes = new Uint8Array(length)
    bytes.set(open.bytes.subarray(0, open.bytes.length - padding))
    bytes.set(next.bytes, at)
    const joined = { ...open, bytes, final: next.final }
    this.#open = undefined
    return this.#take(joined, decode(joined))
  }

  #endStream(slice: Slice): void {
    const { bytes } = slice
    const bit = (slice.bit & 7) + 48
    const available = (bytes.length - padding) * 8
    if (bit + 32 > available) throw this.#short()
    const view = new DataView(bytes.buffer)
    const shift = bit & 7
    const at = bit >> 3
    const crc = shift === 0 ? view.getInt32(at) : (view.getInt32(at) << shift) | (bytes[at + 4]! >>> (8 - shift))
    if (this.#checked && crc !== this.#streamCrc) throw this.#damaged('the checksum of a stream is wrong', slice.bit)
    this.#streamCrc = 0
    this.#checked = true
    const next = Math.ceil((bit + 32) / 8)
    const rest = bytes.subarray(next, bytes.length - padding)
    const start = Math.floor(slice.bit / 8) + next
    if (rest.every(byte => byte === 0)) {
      // Zeros after the last stream are padding. There may be more of them than the slice holds, but nothing else.
      if (!slice.final) throw this.#damaged('expected another stream', start * 8)
      this.#ended = true
      return
    }
    const header = Buffer.from(rest.subarray(0, 4)).toString('latin1')
    if (slice.final && 'BZh9'.startsWith(header.slice(0, 3)) && rest.length < 10) throw this.#short()
    if (!/^BZh[1-9]/.test(header)) throw this.#damaged('expected another stream', start * 8)
    this.#expected = (start + 4) * 8
  }

  #short(): DataError {
    return new DataError(cutShort, {
      file: this.#file,
      place: `byte ${Math.floor(this.#expected / 8)}`,
      advice: compare,
    })
  }

  #damaged(what: string, bit: number): DataError {
    return damaged(this.#file, what, bit)
  }
}

export type Decode = (slice: Slice) => DecodedBlock | BlockFault

/** A block's content has another checksum than it should have. */
export function wrongChecksum(file: string, bit: number): DataError {
  return damaged(file, 'the checksum of a block is wrong', bit)
}

function damaged(file: string, what: string, bit: number): DataError {
  return new DataError(`the bzip2 data is damaged (${what})`, {
    file,
    place: `byte ${Math.floor(bit / 8)}`,
    advice: 'fetch the file again; `bzip2 -t` tells whether a copy is whole',
  })
}
