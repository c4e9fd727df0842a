import { StateError } from '@sluice/pipeline'
import { compressionHead, compressionOf } from '../bytes/compression.ts'
import { openFile } from '../bytes/file.ts'
import { openBytes } from '../bytes/open.ts'
import { type ByteReader, skipBytes } from '../bytes/reader.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { gzipAhead } from './gzip-ahead.ts'
import type { Place, PlacedReader } from './place.ts'

export interface Opened {
  readonly reader: PlacedReader
  /** Bytes of content between what `placeOf` counts from and the next one read. */
  readonly at: number
}

/**
 * Opens a file's content at a place. A file that is not packed is sought there, a gzip to the beginning of the member; a file
 * packed otherwise is read up to there again.
 *
 * @throws StateError when the file is shorter than that
 */
export async function openPlaced(file: CorpusFile, from: Place = { byte: 0 }): Promise<Opened> {
  const plain = await openFile(file)
  let reader: PlacedReader | undefined
  try {
    const head = Buffer.alloc(compressionHead)
    const compression = compressionOf(head.subarray(0, await filled(plain, head)))
    if (compression === 'none' || compression === 'gzip') {
      if (from.byte > plain.size) throw shorter(file, from.byte, plain.size)
      plain.seek(from.byte)
      reader = compression === 'gzip' ? gzipAhead(plain, file.name, from.byte) : counted(plain, from.byte)
    } else {
      await plain.close()
      reader = reread((await openBytes(file)).reader)
    }
    const inside = from.inside ?? 0
    if ((await skipBytes(reader, inside)) < inside) throw shorter(file, inside, 'fewer')
    return { reader, at: inside }
  } catch (error) {
    await (reader ?? plain).close()
    throw error
  }
}

async function filled(reader: ByteReader, into: Buffer): Promise<number> {
  let held = 0
  for (;;) {
    const read = held < into.length ? await reader.read(into.subarray(held)) : 0
    if (read === 0) return held
    held += read
  }
}

/** A file as it is: each byte is a place. */
function counted(reader: ByteReader, start: number): PlacedReader {
  return {
    read: into => reader.read(into),
    placeOf: at => ({ byte: start + at }),
    close: () => reader.close(),
  }
}

/** A packing without places of its own: the beginning is the only one. */
function reread(reader: ByteReader): PlacedReader {
  return {
    read: into => reader.read(into),
    placeOf: at => ({ byte: 0, inside: at }),
    close: () => reader.close(),
  }
}

function shorter(file: CorpusFile, expected: number, actual: number | string): StateError {
  return new StateError(`the run had read ${expected} bytes of it, and now it has ${actual}`, {
    file: file.name,
    advice: 'put the file back as it was, or start a new run',
  })
}
