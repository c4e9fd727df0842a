import { peekReader } from '../bytes/peek.ts'
import { openUtf8 } from '../encoding/open.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { nameInside } from '../path/name-inside.ts'
import { detectSeparator } from './dialect.ts'
import { csvRecords } from './records.ts'

/** Bytes that a separator is judged by. */
const sample = 64 * 1024

export interface CsvHead {
  readonly separator: number
  /** Names of the columns, each once; undefined for a file with nothing in it. */
  readonly names: readonly string[] | undefined
  /** Where the rows begin: bytes of UTF-8. */
  readonly start: number
}

export interface HeadOptions {
  readonly encoding: string
  readonly separator: string
  readonly header: boolean
  readonly limit: number
}

/** Reads the beginning of a file: how its fields are separated and what its columns are called. */
export async function csvHead(file: CorpusFile, options: HeadOptions): Promise<CsvHead> {
  const reader = peekReader(await openUtf8(file, options.encoding))
  try {
    const head = Buffer.from(await reader.peek(sample))
    const byName = /\.(tsv|tab)$/.test(nameInside(file.name)) ? '\t' : undefined
    const found =
      options.separator === 'auto' ? (byName ?? detectSeparator(head, head.length < sample)) : options.separator
    const separator = found.charCodeAt(0)
    const records = csvRecords(reader, { separator, limit: options.limit })
    let first = await records.next()
    while (first && first.count === 0) first = await records.next()
    if (first === undefined) return { separator, names: undefined, start: 0 }
    const { count, field, start, end } = first
    if (!options.header) return { separator, names: numbered(count), start }
    return { separator, names: distinct(Array.from({ length: count }, (_, n) => field(n).trim())), start: end }
  } finally {
    await reader.close()
  }
}

/** Names of columns without a header: `text` for the only one, else their numbers. */
function numbered(count: number): string[] {
  return count === 1 ? ['text'] : Array.from({ length: count }, (_, n) => String(n + 1))
}

/** Columns without a name get their number, and later ones of a name that was there already get it added. */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((name, n) => {
    const own = name === '' ? String(n + 1) : name
    const made = seen.has(own) ? `${own}_${n + 1}` : own
    seen.add(made)
    return made
  })
}
