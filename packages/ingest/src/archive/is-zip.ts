import { compressionHead, compressionOf } from '../bytes/compression.ts'
import { openFile } from '../bytes/file.ts'
import type { CorpusFile } from '../path/corpus-file.ts'

/** Whether a file is a zip archive, by its first bytes. */
export async function isZip(file: CorpusFile): Promise<boolean> {
  const plain = await openFile(file)
  const head = Buffer.alloc(compressionHead)
  try {
    return compressionOf(head.subarray(0, await plain.read(head))) === 'zip'
  } finally {
    await plain.close()
  }
}
