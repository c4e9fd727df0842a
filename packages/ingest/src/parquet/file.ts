import { type FileHandle, open } from 'node:fs/promises'
import { DataError, storageError } from '@sluice/pipeline'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { CorpusFile } from '../path/corpus-file.ts'

export interface ParquetFile {
  readonly columns: readonly string[]
  /** Rows of each row group. */
  readonly groups: readonly number[]
  /** All rows of one group, only the named columns where some are named. */
  rows(group: number, columns: readonly string[] | undefined): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Bytes of footer over which a file is not believed. */
const maxFooter = 64 * 1024 * 1024

/** @throws StorageError when the machine refuses, DataError for a file that is no Parquet or is cut short */
export async function openParquet(file: CorpusFile): Promise<ParquetFile> {
  const refused = (error: unknown) => storageError('cannot be read', file.name, error)
  const handle = await open(file.path, 'r').catch(error => {
    throw refused(error)
  })
  try {
    const { size } = await handle.stat()
    const buffer = asyncBuffer(handle, size)
    const metadata = await footer(buffer, file)
    const starts = [0]
    for (const { num_rows } of metadata.row_groups) starts.push(starts.at(-1)! + Number(num_rows))
    return {
      columns: [...new Set(leaves(metadata).map(path => path[0]!))],
      groups: metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
      async rows(group, columns) {
        const range = { rowStart: starts[group]!, rowEnd: starts[group + 1]! }
        let rows: Record<string, unknown>[] = []
        await parquetRead({
          file: buffer,
          metadata,
          compressors,
          ...range,
          ...(columns ? { columns: [...columns] } : {}),
          rowFormat: 'object',
          onComplete: read => {
            rows = read
          },
        })
        return rows
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function asyncBuffer(handle: FileHandle, size: number): AsyncBuffer {
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (start < 0 || end > size || start > end) throw new Error(`bytes ${start} to ${end} of ${size} do not exist`)
    const bytes = new Uint8Array(end - start)
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
      if (bytesRead === 0) throw new Error('the file has become shorter')
      at += bytesRead
    }
    return bytes.buffer
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      const bytes = read(start, end)
      // The library asks for several at once, and leaves the others alone when one fails.
      bytes.catch(() => {})
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
    if (num_rows < 0n || num_rows > 2n ** 31n) throw new Error(`a row group cannot have ${num_rows} rows`)
    const found = columns.map(column => column.meta_data?.path_in_schema.join('\0'))
    if (found.length !== expected.length || found.some((path, i) => path !== expected[i])) {
      throw new Error('a row group has other columns than the schema')
    }
  }
}
