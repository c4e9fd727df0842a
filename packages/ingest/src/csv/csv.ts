import { isUtf8 } from 'node:buffer'
import { ConfigError, DataError, type DocumentRow, type Documents, type Source } from '@sluice/pipeline'
import { openUtf8 } from '../encoding/open.ts'
import type { ColumnMapping } from '../jsonl/columns.ts'
import { recordRows } from '../jsonl/record-rows.ts'
import { BadRecord } from '../jsonl/records.ts'
import { rolesOf } from '../jsonl/roles.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { brokenOnce } from '../pieces/broken.ts'
import { firstBroken } from '../pieces/decode.ts'
import { partBytes } from '../pieces/parts.ts'
import { breather } from '../source/breathe.ts'
import { type FormatReader, filesSource, type ReaderContext } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults, pieceBytes } from '../source/options.ts'
import { csvHead } from './head.ts'
import { type CsvRecord, csvRecords } from './records.ts'

export interface CsvOptions extends FilesOptions {
  /** Columns by name, where their names do not tell. Default: the usual names, see `usualNames`. */
  readonly columns?: ColumnMapping
  /** What separates fields, one ASCII character. Default `'auto'`: a tab in `.tsv`, else the likeliest of `,`, tab, `;` and `|`. */
  readonly separator?: string
  /** Whether the first record names the columns. Default true; false: they are `1`, `2`, …, and `text` if there is only one. */
  readonly header?: boolean
  /** What a row of more or fewer fields, or without text, does. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
  /** Bytes over which a record is bad, so that a quote which is never closed ends. Default 64 MiB. */
  readonly maxRecordBytes?: number
}

/** A place in a CSV file. A type and not an interface, so that it is `Json`. */
export type CsvPosition = {
  /** Bytes of UTF-8 before it. */
  readonly byte: number
  /** Rows before it, the header not among them. */
  readonly row: number
  /** Parts before it of the document in the row that begins here. */
  readonly parts?: number
  readonly encoding?: string
}

/** What names of such files end in. */
export const csvExtensions: readonly string[] = ['.csv', '.tsv', '.tab']

export const csvDefaults = {
  columns: {},
  separator: 'auto',
  header: true,
  onError: 'error' as const,
  maxRecordBytes: 64 * 1024 * 1024,
}

/**
 * CSV and TSV (RFC 4180), a document a row; fields may hold line ends in quotes. A row without an id is `name#<row>`, counted from
 * 1 after the header; one with empty text is left out and counted. Empty fields are none.
 *
 * @throws ConfigError for a separator that is none; DataError for a bad row, unless `onError` is `'skip'`
 */
export function csv(options: CsvOptions): Source<Documents> {
  const settings = { ...csvDefaults, ...options, ...filesDefaults(options, 'csv') }
  return filesSource({ ...settings, extensions: csvExtensions, read: csvReader(settings) })
}

const withoutText = ['record without text', 'records without text'] as const
const badRow = ['bad row', 'bad rows'] as const

export function csvReader(settings: Required<CsvOptions>): FormatReader<CsvPosition> {
  const { columns, encoding, separator, header, onError, maxRecordBytes: limit } = settings
  if (separator !== 'auto' && !separates(separator)) {
    throw new ConfigError(`"${separator}" cannot separate fields`, {
      stage: settings.id,
      advice: 'use one ASCII character that is neither a quote nor a line end, or "auto"',
    })
  }
  const rowsOf = recordRows(settings)
  const most = pieceBytes(settings)
  const roleOf = rolesOf(columns)
  const mappedText = [columns.text ?? []].flat()
  const isText = (name: string): boolean => mappedText.includes(name) || roleOf(name)?.column === 'text'

  return async function* read(file, from, context) {
    const head = await csvHead(file, { encoding, separator, header, limit })
    if (head.names === undefined) return
    const names = head.names.map(name => [name, isText(name)] as const)
    const reader = await openUtf8(file, encoding, from)
    const records = csvRecords(reader, { separator: head.separator, limit, start: from?.byte ?? 0 })
    const onBroken = brokenOnce(file, context)
    const onBad = badRows(file, context, onError)
    const breathe = breather()
    let row = from?.row ?? 0
    let skip = from?.parts ?? 0
    let rows: DocumentRow[] = []
    let bytes = 0

    const batch = (byte: number, parts = 0) => {
      const known = reader.encoding()
      const place = { byte, row, ...(parts > 0 ? { parts } : {}), ...(known === undefined ? {} : { encoding: known }) }
      const made = { rows, bytes, position: place }
      rows = []
      bytes = 0
      return made
    }

    let end = from?.byte ?? 0
    try {
      for (let record = await records.next(); record !== undefined; record = await records.next()) {
        const { start } = record
        if (start < head.start || (record.count === 0 && record.broken === undefined)) {
          end = record.end
          continue
        }
        if (!isUtf8(record.bytes)) onBroken(start + firstBroken(record.bytes))
        let made: DocumentRow[] = []
        try {
          made = rowsOf(objectOf(record, names), context.id, `${file.name}#${row + 1}`)
          if (made.length === 0) context.leaveOut(withoutText)
        } catch (error) {
          if (!(error instanceof BadRecord)) throw error
          onBad(error, row + 1, start)
        }
        if (made.length > 1) {
          // A long document: its parts go out one by one, so that no frame holds it all.
          if (rows.length > 0) yield batch(start)
          for (let part = skip; part < made.length - 1; part++) {
            rows = [made[part]!]
            bytes = partBytes
            yield batch(start, part + 1)
          }
          made = made.slice(-1)
        }
        skip = 0
        row++
        end = record.end
        for (const each of made) {
          rows.push(each)
          bytes += each.text.length
        }
        if (bytes >= most) yield batch(end)
        await breathe()
      }
      yield batch(end)
    } catch (error) {
      // What was read before the fault is whole.
      if (rows.length > 0) yield batch(end)
      throw error
    } finally {
      await reader.close()
    }
  }
}

/** Whether it is one ASCII character, and none that records are made of. */
const separates = (text: string): boolean =>
  text.length === 1 && text.charCodeAt(0) > 0 && text.charCodeAt(0) < 0x7f && !'"\r\n'.includes(text)

/** A row by column, without its empty fields: they say nothing, but that there is no text. */
function objectOf(record: CsvRecord, names: readonly (readonly [string, boolean])[]): Record<string, unknown> {
  if (record.broken !== undefined) throw new BadRecord(record.broken)
  if (record.count !== names.length) {
    throw new BadRecord(`expected ${fields(names.length)}, found ${record.count}`, unlike)
  }
  const object: Record<string, unknown> = {}
  for (let n = 0; n < record.count; n++) {
    const value = record.field(n)
    const [name, isText] = names[n]!
    if (value !== '' || isText) object[name] = value
  }
  return object
}

const unlike = 'set "separator" if it is another, or "onError": "skip"'
const fields = (count: number): string => (count === 1 ? '1 field' : `${count} fields`)

function badRows(file: CorpusFile, context: ReaderContext, policy: 'error' | 'skip') {
  let told = false
  return (bad: BadRecord, row: number, byte: number): void => {
    const place = `row ${row}, byte ${byte}`
    if (policy === 'error') {
      const advice = bad.advice ?? 'mend the row, or set "onError": "skip"'
      throw new DataError(bad.message, { file: file.name, place, advice, cause: bad.cause })
    }
    context.leaveOut(badRow)
    if (!told) context.warn(`${file.name}: ${place}: ${bad.message}; such rows are left out`)
    told = true
  }
}
