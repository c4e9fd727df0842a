import { setImmediate } from 'node:timers/promises'
import { StateError } from '@sluice/pipeline'
import { compressionHead, compressionOf } from '../bytes/compression.ts'
import { type FileReader, openFile } from '../bytes/file.ts'
import { openBytes } from '../bytes/open.ts'
import { peekReader } from '../bytes/peek.ts'
import type { ByteReader } from '../bytes/reader.ts'
import { blocksOf, type DecodeBlocks } from '../bzip2/blocks.ts'
import { wrongChecksum } from '../bzip2/chain.ts'
import { piecesOfContent } from '../bzip2/content.ts'
import { openUtf8 } from '../encoding/open.ts'
import type { CorpusFile } from '../path/corpus-file.ts'

/** A place in the XML of a dump. A type and not an interface, so that it is `Json`. */
export type RawPlace = {
  /** Bytes of XML, as UTF-8, before it. */
  readonly byte: number
  /** In bzip2: the bit of the file that its block begins at, and the bytes of XML before that block. */
  readonly block?: { readonly bit: number; readonly byte: number }
}

/** A stretch of the XML. Valid until the next one is asked for. */
export interface RawPiece {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where it begins. */
  readonly place: RawPlace
}

export interface RawOptions {
  readonly decode: DecodeBlocks
  /** Calls of `decode` that may be under way at once. */
  readonly parallel: number
}

const pieceSize = 512 * 1024

/**
 * The XML of a dump as UTF-8, from a place on, whatever it is packed with. In bzip2 its block is sought, in a file that is not
 * packed its byte; other files are read up to it again.
 *
 * @throws StateError when the file ends before the place
 */
export async function* rawPieces(
  file: CorpusFile,
  from: RawPlace,
  options: RawOptions,
): AsyncGenerator<RawPiece, void, undefined> {
  const head = await headOf(file)
  const utf16 = head.encoding
  if (head.bzip2 && utf16 === undefined) {
    yield* skipping(file, bzip2Pieces(file, from, options), from)
    return
  }
  if (utf16 !== undefined) {
    yield* skipping(
      file,
      readerPieces(() => openUtf8(file, utf16), 0),
      from,
    )
    return
  }
  const opened = await openBytes(file)
  if (opened.plain && from.byte > 0) {
    if (from.byte > opened.plain.size) {
      await opened.plain.close()
      throw shorter(file, from.byte, opened.plain.size)
    }
    opened.plain.seek(from.byte)
    yield* readerPieces(async () => opened.plain!, from.byte)
    return
  }
  yield* skipping(
    file,
    readerPieces(async () => opened.reader, 0),
    from,
  )
}

interface Head {
  readonly bzip2: boolean
  /** Of UTF-16, which one. */
  readonly encoding: 'utf-16le' | 'utf-16be' | undefined
}

async function headOf(file: CorpusFile): Promise<Head> {
  const plain = await openFile(file)
  const packed = await peekReader(plain)
    .peek(compressionHead)
    .finally(() => plain.close())
  const { reader } = await openBytes(file)
  try {
    const first = await reader.peek(2)
    const pair = (first[0]! << 8) | first[1]!
    const little = pair === 0xfffe || pair === 0x3c00
    const big = pair === 0xfeff || pair === 0x003c
    return { bzip2: compressionOf(packed) === 'bzip2', encoding: little ? 'utf-16le' : big ? 'utf-16be' : undefined }
  } finally {
    await reader.close()
  }
}

async function* bzip2Pieces(
  file: CorpusFile,
  from: RawPlace,
  options: RawOptions,
): AsyncGenerator<RawPiece, void, undefined> {
  const reader: FileReader = await openFile(file)
  try {
    const block = from.block
    if (block) reader.seek(Math.floor(block.bit / 8))
    let byte = block?.byte ?? 0
    const blocks = blocksOf(reader, { ...options, file: file.name, ...(block ? { bit: block.bit } : {}) })
    for await (const { content, crc, bit } of blocks) {
      const place = { bit, byte }
      const pieces = piecesOfContent(content, crc)
      for (;;) {
        const piece = pieces.next()
        if (piece.done) {
          if (!piece.value) throw wrongChecksum(file.name, bit)
          break
        }
        yield { bytes: piece.value, place: { byte, block: place } }
        byte += piece.value.length
      }
    }
  } finally {
    await reader.close()
  }
}

async function* readerPieces(
  open: () => Promise<ByteReader>,
  start: number,
): AsyncGenerator<RawPiece, void, undefined> {
  const reader = await open()
  const bytes = new Uint8Array(pieceSize)
  let byte = start
  try {
    for (;;) {
      // What is given out is the receiver's until it asks for more.
      const count = await reader.read(bytes)
      if (count === 0) return
      yield { bytes: bytes.subarray(0, count), place: { byte } }
      byte += count
      // What is ready at once would hold up everything else.
      await setImmediate()
    }
  } finally {
    await reader.close()
  }
}

/** Leaves out what is before the place. */
async function* skipping(
  file: CorpusFile,
  pieces: AsyncGenerator<RawPiece, void, undefined>,
  from: RawPlace,
): AsyncGenerator<RawPiece, void, undefined> {
  let end = 0
  for await (const piece of pieces) {
    end = piece.place.byte + piece.bytes.length
    if (end <= from.byte) continue
    const skip = Math.max(0, from.byte - piece.place.byte)
    if (skip === 0) yield piece
    else yield { bytes: piece.bytes.subarray(skip), place: { ...piece.place, byte: from.byte } }
  }
  if (end < from.byte) throw shorter(file, from.byte, end)
}

function shorter(file: CorpusFile, expected: number, actual: number): StateError {
  return new StateError(`the run had read ${expected} bytes of it, and now it has ${actual}`, {
    file: file.name,
    advice: 'put the file back as it was, or start a new run',
  })
}
