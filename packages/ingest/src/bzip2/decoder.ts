import { type Content, contentOf } from './content.ts'
import { BlockFault } from './fault.ts'
import { invert } from './inverse.ts'
import { type BlockHead, BlockSpace } from './space.ts'
import { decodeSymbols } from './symbols.ts'

/** The bytes of one block, and the bit of them that its magic begins at. */
export interface PackedBlock {
  /** With `padding` more bytes behind them. */
  readonly bytes: Uint8Array
  readonly start: number
}

export interface DecodedBlock {
  readonly content: Content
  /** The checksum that its content should have. */
  readonly crc: number
  /** The bit after its last one. */
  readonly end: number
}

/** Blocks that are decoded at once (`invert`). */
export const lanes = 8

/**
 * In steps of some 20 ms each, so that whoever has an event loop to look after can do so between them.
 *
 * @param spare of `contentRoom` bytes each, taken as they are needed
 * @returns for each block, it or why there is none
 */
export type BlockDecoder = (
  blocks: readonly PackedBlock[],
  spare?: ArrayBuffer[],
) => Generator<void, (DecodedBlock | BlockFault)[], undefined>

/** Makes the function that decodes up to `lanes` blocks at once, in memory of its own that it keeps. */
export function blockDecoder(): BlockDecoder {
  const spaces: BlockSpace[] = []
  return function* decode(blocks, spare = []) {
    const heads: (BlockHead | BlockFault)[] = []
    for (const [i, { bytes, start }] of blocks.entries()) {
      try {
        spaces[i] ??= new BlockSpace()
        heads.push(decodeSymbols(bytes, start, spaces[i]))
      } catch (error) {
        if (!(error instanceof BlockFault)) throw error
        heads.push(error)
      }
      yield
    }
    const whole = heads.flatMap((head, i) => (head instanceof BlockFault ? [] : [{ head, space: spaces[i]! }]))
    const texts = yield* invert(whole)
    const decoded: (DecodedBlock | BlockFault)[] = []
    for (const head of heads) {
      if (head instanceof BlockFault) decoded.push(head)
      else decoded.push({ content: contentOf(texts.shift()!, spare.pop()), crc: head.crc, end: head.end })
      yield
    }
    return decoded
  }
}
