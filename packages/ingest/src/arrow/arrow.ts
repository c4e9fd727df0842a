import { DataError, type Documents, type Source } from '@sluice/pipeline'
import type { RecordBatch, Vector } from 'apache-arrow'
import type { ColumnMapping } from '../jsonl/columns.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { type FormatReader, filesSource } from '../source/files-source.ts'
import { type FilesOptions, filesDefaults } from '../source/options.ts'
import { type Group, groupReader, type TablePosition } from '../table/group.ts'
import { wantedColumns } from '../table/wanted.ts'
import { arrowBatches } from './batches.ts'
import { converter } from './converter.ts'

export interface ArrowOptions extends Omit<FilesOptions, 'encoding'> {
  /** Columns by name, where their names do not tell. Default: the usual names, see `usualNames`. */
  readonly columns?: ColumnMapping
  /** Whether columns that are mapped to nothing are read, as metadata. Default true. */
  readonly metadata?: boolean
  /** What a row without text, or a record batch that is damaged, does. Default `'error'`. */
  readonly onError?: 'error' | 'skip'
}

/** What names of Arrow files end in. */
export const arrowExtensions: readonly string[] = ['.arrow', '.arrows', '.feather', '.ipc']

/**
 * Arrow IPC files (Feather version 2) and streams, a record batch at a time: that much is held, up to 1 GiB. Buffers may be packed
 * with LZ4 or Zstandard. A row without an id is `name#<row>`, counted from 1 through the file.
 *
 * @throws DataError for a damaged file, or a row without text unless `onError` is `'skip'`
 */
export function arrow(options: ArrowOptions): Source<Documents> {
  const settings = {
    columns: {},
    metadata: true,
    onError: 'error' as const,
    ...options,
    ...filesDefaults(options, 'arrow'),
  }
  return filesSource({ ...settings, extensions: arrowExtensions, read: arrowReader(settings) })
}

/** A place in an Arrow file; `before` counts the rows of the batches before it. */
export type ArrowPosition = TablePosition & { readonly before: number }

const badBatch = ['damaged record batch', 'damaged record batches'] as const

export function arrowReader(settings: Required<ArrowOptions>): FormatReader<ArrowPosition> {
  const documents = groupReader(settings)
  return async function* read(file, from, context) {
    let before = from?.before ?? 0
    for await (const { number, batch } of arrowBatches(file, from?.group ?? 0)) {
      if ('fault' in batch) {
        const fault = damaged(file, number, batch.fault)
        if (settings.onError === 'error') throw fault
        context.warn(`${file.name}: ${fault.place}: ${fault.message}; such record batches are left out`)
        context.leaveOut(badBatch)
        continue
      }
      const group = groupOf(batch, number, before, settings)
      const after = before + batch.numRows
      for await (const made of documents(group, from, file, context)) {
        const { position } = made
        yield { ...made, position: { ...position, before: position.group === number ? before : after } }
      }
      before = after
    }
  }
}

function groupOf(batch: RecordBatch<any>, number: number, before: number, settings: Required<ArrowOptions>): Group {
  const all = batch.schema.fields.map(({ name }) => String(name))
  const names = settings.metadata ? all : wantedColumns(all, settings.columns)
  const columns = names.map(name => {
    const column = batch.getChild(name) as Vector
    return [name, column, converter(column.type)] as const
  })
  return {
    number,
    before,
    columns: names,
    length: batch.numRows,
    record(row) {
      const record: Record<string, unknown> = {}
      for (const [name, column, of] of columns) record[name] = of(column.get(row))
      return record
    },
  }
}

function damaged(file: CorpusFile, number: number, cause: unknown): DataError {
  return new DataError(`it cannot be decoded (${(cause as Error).message})`, {
    file: file.name,
    place: `record batch ${number + 1}`,
    advice: 'write the file again, or set "onError": "skip" to go on after it',
    cause,
  })
}
