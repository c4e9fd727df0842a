import { DataError } from '@sluice/pipeline'
import {
  type AsyncBuffer,
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet'
import { assembleNested } from 'hyparquet/src/assemble.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { type FileReader, openFile } from '../bytes/file.ts'
import { knownSize } from '../bytes/known-size.ts'
import type { CorpusFile } from '../path/corpus-file.ts'
import { breather } from '../source/breathe.ts'
import { type ColumnValues, columnValues } from './column.ts'
import { madeText } from './late-text.ts'
import { maxValues, wrong } from './limits.ts'

export interface ParquetFile {
  readonly columns: readonly string[]
  /** Rows of each row group. */
  readonly groups: readonly number[]
  /** The rows of one group, only the named columns where some are named, and why there are not all of them. */
  rows(group: number, columns: readonly string[] | undefined): Promise<GroupRows>
  close(): Promise<void>
}

export interface GroupRows {
  /** Rows from the first on that are whole in every column. */
  readonly length: number
  record(row: number): Record<string, unknown>
  readonly fault?: unknown
}

/** Bytes of footer over which a file is not believed. */
const maxFooter = 64 * 1024 * 1024

/** @throws StorageError when the machine refuses, DataError for a file that is no Parquet or is cut short */
export async function openParquet(file: CorpusFile): Promise<ParquetFile> {
  const reader = await openFile(file)
  try {
    const size = await knownSize(reader, file.name, 'a Parquet file has its index')
    const buffer = asyncBuffer(reader, size)
    const metadata = await footer(buffer, file)
    const schema = parquetSchema(metadata)
    return {
      columns: [...new Set(leaves(metadata).map(path => path[0]!))],
      groups: metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
      rows: (group, columns) => rowsOf(buffer, metadata.row_groups[group]!, schema, columns),
      close: () => reader.close(),
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Column by column; what cannot be read of one ends the rows of all. */
async function rowsOf(
  buffer: AsyncBuffer,
  group: RowGroup,
  schema: SchemaTree,
  wanted: readonly string[] | undefined,
): Promise<GroupRows> {
  const rows = Number(group.num_rows)
  const breathe = breather()
  const read: ColumnValues[] = []
  for (const { meta_data: metadata } of group.columns) {
    if (!metadata || (wanted && !wanted.includes(metadata.path_in_schema[0]!))) continue
    const [start, end] = rangeOf(metadata)
    if (!(start >= 0 && start <= end && end <= buffer.byteLength)) {
      const fault = wrong(`a column cannot lie at bytes ${start} to ${end} of ${buffer.byteLength}`)
      return { length: 0, record: () => ({}), fault }
    }
    read.push(await columnValues(await buffer.slice(start, end), metadata, { schema, rows, breathe }))
  }
  let length = Math.min(rows, ...read.map(({ whole }) => whole))
  let fault = read.find(column => column.whole < rows)?.fault
  const columns: [name: string, values: DecodedArray][] = []
  for (const child of schema.children) {
    const { name } = child.element
    const own = read.filter(({ path }) => path[0] === name)
    if (own.length === 0) continue
    if (child.children.length === 0) columns.push([name, own[0]!.values])
    else {
      const parts = new Map(own.map(({ path, values }) => [path.join('.'), values.slice(0, length)]))
      try {
        assembleNested(parts, child, DEFAULT_PARSERS)
        columns.push([name, parts.get(name) ?? []])
      } catch (cause) {
        fault ??= cause
        length = 0
      }
    }
  }
  const record = (row: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {}
    for (const [name, values] of columns) made[name] = madeText(values[row])
    return made
  }
  return { length, record, ...(fault === undefined ? {} : { fault }) }
}

/** Where a column's chunk lies: from its dictionary, if there is one, on. */
function rangeOf(metadata: ColumnMetaData): [start: number, end: number] {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: size } = metadata
  // Some writers leave 0 where there is none.
  const start = Number(dictionary && dictionary < data ? dictionary : data)
  return [start, start + Number(size)]
}

function asyncBuffer(reader: FileReader, size: number): AsyncBuffer {
  let latest: Promise<unknown> = Promise.resolve()
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (start < 0 || end > size || start > end) throw new Error(`bytes ${start} to ${end} of ${size} do not exist`)
    const bytes = new Uint8Array(end - start)
    reader.seek(start, end)
    for (let at = 0; at < bytes.length; ) {
      const count = await reader.read(bytes.subarray(at))
      if (count === 0) throw new Error('the file has become shorter')
      at += count
    }
    return bytes.buffer
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      // The library asks for several at once, and leaves the others alone when one fails: one after the other.
      const bytes = latest.then(() => read(start, end))
      latest = bytes.catch(() => {})
      return bytes
    },
  }
}

async function footer(buffer: AsyncBuffer, file: CorpusFile): Promise<FileMetaData> {
  const damaged = (message: string, cause?: unknown) =>
    new DataError(message, {
      file: file.name,
      place: 'footer',
      advice: 'fetch the file again: its index stands at its end, so a copy that is cut short cannot be read at all',
      ...(cause === undefined ? {} : { cause }),
    })
  if (buffer.byteLength < 12) throw damaged(`${buffer.byteLength} bytes are no Parquet file`)
  const tail = Buffer.from(await buffer.slice(buffer.byteLength - 8, buffer.byteLength))
  if (tail.toString('latin1', 4) !== 'PAR1') throw damaged('it does not end as a Parquet file does')
  const length = tail.readUInt32LE(0)
  if (length > maxFooter || length > buffer.byteLength - 12) throw damaged(`its footer cannot have ${length} bytes`)
  try {
    const metadata = await parquetMetadataAsync(buffer)
    checkGroups(metadata)
    return metadata
  } catch (cause) {
    throw damaged(`its footer is damaged (${(cause as Error).message})`, cause)
  }
}

/** Paths of the columns that hold values; the schema is a tree written depth first. */
function leaves({ schema }: FileMetaData): string[][] {
  const paths: string[][] = []
  let i = 0
  const visit = (above: readonly string[]): void => {
    const element = schema[i++]
    if (element === undefined) throw new Error('the schema ends early')
    const path = [...above, element.name]
    const children = element.num_children ?? 0
    for (let child = 0; child < children; child++) visit(path)
    if (children === 0) paths.push(path.slice(1))
  }
  visit([])
  return paths
}

/** Every row group has the columns of the schema: the library would leave a promise alone of one that it does not know. */
function checkGroups(metadata: FileMetaData): void {
  const expected = leaves(metadata).map(path => path.join('\0'))
  if (new Set(expected).size !== expected.length) throw new Error('two columns have one name')
  for (const { columns, num_rows } of metadata.row_groups) {
    if (num_rows < 0n || num_rows > maxValues) throw new Error(`a row group cannot have ${num_rows} rows`)
    const found = columns.map(column => column.meta_data?.path_in_schema.join('\0'))
    if (found.length !== expected.length || found.some((path, i) => path !== expected[i])) {
      throw new Error('a row group has other columns than the schema')
    }
  }
}
