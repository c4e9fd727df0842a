import { createReadStream } from 'node:fs'
import { StorageError } from '@sluice/pipeline'

/** Characters of text after which a piece ends, at the next end of a line. */
const pieceLength = 8 * 1024 * 1024

/**
 * The text of files, UTF-8, in pieces of some 8 million characters that end where lines end.
 *
 * @param options.bytes so many bytes at most, of all files together. Default: all
 * @throws StorageError naming a file that cannot be read
 */
export async function* fileTexts(
  paths: readonly string[],
  options: { bytes?: number } = {},
): AsyncGenerator<string, void, undefined> {
  let left = options.bytes ?? Number.POSITIVE_INFINITY
  for (const path of paths) {
    if (left <= 0) return
    const end = Number.isFinite(left) ? { end: left - 1 } : {}
    const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20, ...end })
    let held = ''
    try {
      for await (const chunk of stream) {
        held += chunk
        const line = held.length < pieceLength ? -1 : held.lastIndexOf('\n')
        if (line < 0) continue
        yield held.slice(0, line + 1)
        held = held.slice(line + 1)
      }
    } catch (cause) {
      throw new StorageError(`the text cannot be read: ${(cause as Error).message}`, { file: path, cause })
    }
    left -= stream.bytesRead
    if (held !== '') yield held
  }
}
