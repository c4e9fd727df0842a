import { createReadStream } from 'node:fs'
import { StorageError } from '@sluice/pipeline'
import { type TextPiecesOptions, textPieces } from './pieces.ts'

export interface FileTextsOptions extends TextPiecesOptions {
  /** So many bytes at most, of all files together. Default: all. */
  bytes?: number
}

/**
 * The text of files, UTF-8, in pieces of some million characters that give the ids and the words of the whole: see `textPieces`.
 *
 * @throws StorageError naming a file that cannot be read
 */
export async function* fileTexts(
  paths: readonly string[],
  options: FileTextsOptions = {},
): AsyncGenerator<string, void, undefined> {
  let left = options.bytes ?? Number.POSITIVE_INFINITY
  for (const path of paths) {
    if (left <= 0) return
    const end = Number.isFinite(left) ? { end: left - 1 } : {}
    const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20, ...end })
    yield* textPieces(readable(stream, path), options)
    left -= stream.bytesRead
  }
}

async function* readable(stream: AsyncIterable<string>, path: string): AsyncGenerator<string> {
  try {
    yield* stream
  } catch (cause) {
    throw new StorageError(`the text cannot be read: ${(cause as Error).message}`, { file: path, cause })
  }
}
