import type { ByteReader } from '../bytes/reader.ts'
import { type Block, Chain, type Decode } from './chain.ts'
import { contentRoom } from './content.ts'
import { type BlockDecoder, blockDecoder, type DecodedBlock, lanes, type PackedBlock } from './decoder.ts'
import type { BlockFault } from './fault.ts'
import { type Slice, sliced } from './slices.ts'

/**
 * Decodes up to `lanes` blocks.
 *
 * @param spare memory of contents that are done with, to put new ones into; the caller's no more
 */
export type DecodeBlocks = (
  blocks: readonly PackedBlock[],
  spare: ArrayBuffer[],
) => Promise<(DecodedBlock | BlockFault)[]>

export interface BlocksOptions {
  /** Name of the file, for messages. */
  readonly file: string
  /** The bit of the file that the first block begins at. Default: after the header of the first stream. */
  readonly bit?: number
  readonly decode: DecodeBlocks
  /** Calls of `decode` that may be under way at once. */
  readonly parallel: number
}

/** Bits of a stream's header, "BZh" and the level. */
const headerBits = 32

/**
 * The blocks of a bzip2 file, all its streams one after the other. What is whole is given out before an error is. The memory of a
 * block's content is used again when the next block is asked for: a megabyte made for each and left to the collector is returned late,
 * and in an order that leaves the allocator with holes.
 *
 * @param reader stands at the byte with the first block's first bit, or at the header of the first stream
 * @throws DataError for a file that ends inside a stream or is damaged
 */
export async function* blocksOf(reader: ByteReader, options: BlocksOptions): AsyncGenerator<Block, void, undefined> {
  const { file, bit = headerBits, decode, parallel } = options
  const { slices } = await sliced(reader, options.bit === undefined ? 0 : Math.floor(bit / 8))
  const chain = new Chain({ file, bit, whole: options.bit === undefined })
  const again = decodeAgain()
  const waiting: { group: Slice[]; decoded: Promise<(DecodedBlock | BlockFault)[]> }[] = []
  const groups = groupsOf(slices)[Symbol.asyncIterator]()
  const spare: ArrayBuffer[] = []
  let failure: { error: unknown } | undefined
  let ended = false
  try {
    for (;;) {
      while (!ended && waiting.length < parallel) {
        const { value: group } = await groups.next().catch((error: unknown) => {
          failure = { error }
          return { value: undefined }
        })
        if (group === undefined) {
          ended = true
          break
        }
        const packed = group.filter(slice => slice.mark === 'block')
        const decoded =
          packed.length === 0 ? Promise.resolve([]) : decode(packed.map(packedBlock), spare.splice(0, packed.length))
        // It is heard when its turn comes; until then a rejection is nobody's.
        decoded.catch(() => {})
        waiting.push({ group, decoded })
      }
      const next = waiting.shift()
      if (!next) break
      const decoded = await next.decoded
      for (const slice of next.group) {
        const block = chain.add(slice, slice.mark === 'block' ? decoded.shift() : undefined, again)
        if (!block) continue
        yield block
        const { buffer } = block.content.bytes
        if (buffer.byteLength === contentRoom && spare.length < lanes * parallel) spare.push(buffer)
      }
    }
    if (failure) throw failure.error
    chain.end()
  } finally {
    await groups.return?.(undefined)
  }
}

function packedBlock({ bytes, bit }: Slice): PackedBlock {
  return { bytes, start: bit & 7 }
}

/** As many slices as hold `lanes` blocks. */
async function* groupsOf(slices: AsyncIterable<Slice>): AsyncGenerator<Slice[], void, undefined> {
  let group: Slice[] = []
  let blocks = 0
  try {
    for await (const slice of slices) {
      group.push(slice)
      if (slice.mark === 'block') blocks++
      if (blocks < lanes && group.length < 64) continue
      yield group
      group = []
      blocks = 0
    }
  } catch (error) {
    if (group.length > 0) yield group
    throw error
  }
  if (group.length > 0) yield group
}

/** For the one block in a trillion that chance has cut in two. */
function decodeAgain(): Decode {
  let decoder: BlockDecoder | undefined
  return slice => {
    decoder ??= blockDecoder()
    const steps = decoder([packedBlock(slice)])
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value[0]!
    }
  }
}
