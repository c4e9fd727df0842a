import type { Readable } from 'node:stream'
import type { CorpusFile } from '../path/corpus-file.ts'
import { spoolOf } from './spool.ts'

/** What standard input is called in ids, cursors and messages. */
const name = 'stdin'

/** Standard input as a file that can be read again: what has been read of it is written down. */
export function stdinFile(options: {
  readonly scratchDir?: string | undefined
  readonly stdin?: Readable | undefined
}): CorpusFile {
  return {
    name,
    path: '-',
    async open() {
      const spool = await spoolOf(options.stdin ?? process.stdin, options.scratchDir)
      let position = 0
      return {
        get size() {
          return spool.size ?? Number.POSITIVE_INFINITY
        },
        seek(byte) {
          position = byte
        },
        async read(into) {
          const count = await spool.read(into, position)
          position += count
          return count
        },
        async close() {},
      }
    },
  }
}
