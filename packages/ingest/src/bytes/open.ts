import { DataError } from '@sluice/pipeline'
import { bunzip2Reader } from '../bzip2/bunzip2.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { compressionHead, compressionOf } from './compression.ts'
import { type FileReader, openFile } from './file.ts'
import { gunzipReader } from './gzip.ts'
import { type PeekReader, peekReader } from './peek.ts'
import { zstdReader } from './zstd.ts'

export interface OpenedBytes {
  /** The file's content from its first byte, unpacked. */
  readonly reader: PeekReader
  /** The file itself, where it is not packed: the one case in which a position can be sought. */
  readonly plain?: FileReader
}

/** Opens a file and unpacks it by what its first bytes say. */
export async function openBytes(file: CorpusFile): Promise<OpenedBytes> {
  const plain = await openFile(file)
  try {
    const packed = peekReader(plain)
    const compression = compressionOf(await packed.peek(compressionHead))
    if (compression === 'none') return { reader: packed, plain }
    if (compression === 'gzip') return { reader: peekReader(gunzipReader(packed, file.name)) }
    if (compression === 'bzip2') return { reader: peekReader(bunzip2Reader(packed, file.name)) }
    if (compression === 'zstd') return { reader: peekReader(zstdReader(packed, file.name)) }
    throw new DataError(`it is packed with ${compression}, which is not read yet`, {
      file: file.name,
      advice: 'unpack it, or pack it with gzip',
    })
  } catch (error) {
    await plain.close()
    throw error
  }
}
