import { crcOf, crcStart } from './crc.ts'
import { RunExpander } from './runs.ts'
import { largestBlock } from './space.ts'

/** What a block holds: as it is or, when that is more than `largestContent`, with its first code still on. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Its checksum, where `bytes` are as they are. */
  readonly crc: number | undefined
}

/** Bytes of content that are held at once for one block. It is 0.9 MB as a rule, and may be 46. */
const largestContent = 4 * 1024 * 1024

/** Bytes that content is given at first: what a block's is as a rule, at any level, so that the memory of one does for the next. */
export const contentRoom = largestBlock + (largestBlock >> 4) + 64

/**
 * @param text is the caller's again after this
 * @param spare `contentRoom` bytes that nobody needs
 */
export function contentOf(text: Uint8Array<ArrayBuffer>, spare = new ArrayBuffer(contentRoom)): Content {
  const expander = new RunExpander(text)
  let bytes = new Uint8Array(spare)
  let length = expander.expand(bytes, 0)
  while (!expander.done) {
    if (bytes.length >= largestContent) return { bytes: text.slice(), crc: undefined }
    const larger = new Uint8Array(2 * bytes.length)
    larger.set(bytes)
    bytes = larger
    length = expander.expand(bytes, length)
  }
  return { bytes: bytes.subarray(0, length), crc: ~crcOf(bytes, 0, length, crcStart) }
}

/**
 * The content in pieces of at most `largestContent` bytes.
 *
 * @param expected its checksum; what is not larger is checked before it is given out
 * @returns whether the checksum was right
 */
export function* piecesOfContent(
  { bytes, crc }: Content,
  expected: number,
): Generator<Uint8Array<ArrayBuffer>, boolean, undefined> {
  if (crc !== undefined) {
    if (crc === expected) yield bytes
    return crc === expected
  }
  const expander = new RunExpander(bytes)
  let sum = crcStart
  while (!expander.done) {
    const piece = new Uint8Array(largestContent)
    const length = expander.expand(piece, 0)
    sum = crcOf(piece, 0, length, sum)
    yield piece.subarray(0, length)
  }
  return ~sum === expected
}
