import { arrowExtensions } from '../arrow/arrow.ts'
import { openBytes } from '../bytes/open.ts'
import { csvExtensions } from '../csv/csv.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { nameInside } from '../path/name-inside.ts'

/** The formats that `files` reads. */
export type FileFormat = 'jsonl' | 'json' | 'csv' | 'parquet' | 'arrow' | 'text'

const byEnding: readonly (readonly [FileFormat, readonly string[]])[] = [
  ['jsonl', ['.jsonl', '.ndjson', '.json']],
  ['csv', csvExtensions],
  ['parquet', ['.parquet']],
  ['arrow', arrowExtensions],
  ['text', ['.txt', '.text', '.md']],
]

/** What names of such files end in. */
export const filesExtensions: readonly string[] = byEnding.flatMap(([, endings]) => endings)

/** Bytes at the beginning that are looked at. */
const headBytes = 512

/**
 * What a file is: what its first bytes say, unpacked, where they say it beyond doubt; else what its name says; else JSON where
 * it begins like an object or a list of them, and text.
 *
 * @throws StorageError, DataError for a file that cannot be opened or unpacked
 */
export async function formatOf(file: CorpusFile): Promise<FileFormat> {
  const { reader } = await openBytes(file)
  try {
    const head = Buffer.from(await reader.peek(headBytes))
    const start = head.toString('latin1')
    if (start.startsWith('PAR1')) return 'parquet'
    // A stream's first message is its schema: the mark, and a length that is a multiple of 8.
    if (start.startsWith('ARROW1')) return 'arrow'
    if (head.length >= 8 && head.readUInt32LE(0) === 0xffffffff && head[4]! % 8 === 0) return 'arrow'
    const name = nameInside(file.name)
    const named = byEnding.find(([, endings]) => endings.some(ending => name.endsWith(ending)))
    const content = start.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').replaceAll('\0', '')
    // One list of records; the lines of JSON Lines are no lists.
    if ((named?.[0] ?? 'jsonl') === 'jsonl' && /^\s*\[\s*(?:\{\s*(?:"|\})|\]\s*$)/.test(content)) return 'json'
    if (named) return named[0]
    return /^\s*\{\s*(?:"|\})/.test(content) ? 'jsonl' : 'text'
  } finally {
    await reader.close()
  }
}
