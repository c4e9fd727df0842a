import { HuffmanTables } from './huffman.ts'

/** Bytes of a block at level 9, before its first run-length code is undone. */
export const largestBlock = 900_000
/** Bytes that must follow a block's own in memory, so that reading ahead needs no check. */
export const padding = 256
/** Bytes of the longest block there can be: every symbol in the longest code, and the tables. */
export const longestPacked = ((largestBlock + 2) * 20) / 8 + 32_768

/** Memory that one block is decoded in; kept for the next one. 4.5 MB. */
export class BlockSpace {
  readonly tables = new HuffmanTables()
  readonly selectors = new Uint8Array(32_768)
  /** The block after the Burrows-Wheeler transform, as far as it goes; in the end, its text. */
  readonly last = new Uint8Array(largestBlock)
  /** How often each byte is in it. */
  readonly counts = new Int32Array(256)
  /** By row: the row of what follows it, and its first byte in the low bits. */
  readonly rows = new Uint32Array(largestBlock)
}

/** What is known of a block whose symbols have been decoded. */
export interface BlockHead {
  /** Bytes in `last`. */
  readonly length: number
  /** The row that the text begins in. */
  readonly origin: number
  /** The checksum that the block should have. */
  readonly crc: number
  /** The bit after its last one, counted as the bit it started at was. */
  readonly end: number
}
