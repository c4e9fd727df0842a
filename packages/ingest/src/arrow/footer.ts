import { openBytes } from '../bytes/open.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { FlatTable } from './flatbuffer.ts'
import { headerOf } from './header.ts'

/** Bytes of footer over which a file is not believed. */
const maxFooter = 16 * 1024 * 1024
/** Length of the footer, and `ARROW1`. */
const trailer = 10
/** A message's beginning: root, table of fields, and a table of version V5 whose header is a schema that follows. */
const wrapping = Buffer.from(
  '10000000 0c00 0c00 0400 0600 0800 0000 0c000000 0400 01 00 00000000 00000000'.replaceAll(' ', ''),
  'hex',
)

/**
 * The schema message of a file whose messages begin without one, as those by Arrow's JavaScript do: made of the schema in its
 * footer. Undefined where there is none, as in a file that was not finished.
 */
export async function footerSchema(file: CorpusFile): Promise<Uint8Array | undefined> {
  const tail = await tailOf(file, trailer)
  if (tail.length < trailer || tail.toString('latin1', 4) !== 'ARROW1') return undefined
  const length = tail.readInt32LE(0)
  if (length <= 0 || length > maxFooter) return undefined
  const footer = await tailOf(file, length + trailer)
  if (footer.length < length + trailer) return undefined
  try {
    const at = FlatTable.root(footer.subarray(0, length)).table(1)?.at
    if (at === undefined) return undefined
    const metadata = Buffer.concat([wrapping, footer.subarray(0, length), Buffer.alloc(8 - (length % 8))])
    metadata.writeUInt32LE(wrapping.length + at - headerAt, headerAt)
    // As every other message: Arrow's own decoder believes each count that it finds.
    if (headerOf(metadata).kind !== 'schema') return undefined
    const prefix = Buffer.alloc(8, 255)
    prefix.writeInt32LE(metadata.length, 4)
    return Buffer.concat([prefix, metadata])
  } catch {
    return undefined
  }
}

/** Where the wrapping says how far away the schema is. */
const headerAt = 24

/** The last `count` bytes, fewer of a shorter file. One that is packed is unpacked from its start. */
async function tailOf(file: CorpusFile, count: number): Promise<Buffer> {
  const { reader, plain } = await openBytes(file)
  try {
    let tail: Buffer = Buffer.alloc(0)
    const chunk = Buffer.alloc(256 * 1024)
    const sought = plain && plain.seekable !== false && Number.isFinite(plain.size)
    if (sought) plain.seek(Math.max(0, plain.size - count))
    const source = sought ? plain : reader
    for (let read = await source.read(chunk); read > 0; read = await source.read(chunk)) {
      const all = Buffer.concat([tail, chunk.subarray(0, read)])
      tail = all.length > count ? all.subarray(all.length - count) : all
    }
    return tail
  } finally {
    await reader.close()
  }
}
