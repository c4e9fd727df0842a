import type { ColumnMetaData, DecodedArray, SchemaTree } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from 'hyparquet/src/schema.js'
import { flatten } from 'hyparquet/src/utils.js'
import { compressors } from 'hyparquet-compressors'
import { lateTexts } from './late-text.ts'
import { maxChunk, maxValues, wrong } from './limits.ts'
import { countOf, dictionaryOf, type PageColumn, pageBytes, valuesOf } from './page.ts'

/** What could be read of a column in one row group. */
export interface ColumnValues {
  readonly path: readonly string[]
  /** A value for each row (see `madeText`), or the lists that rows are to be put together of. */
  readonly values: DecodedArray
  /** Rows that are whole. */
  readonly whole: number
  /** Why there are fewer than the group has. */
  readonly fault?: unknown
}

/**
 * Reads a column of a row group page by page, with a turn of the event loop where it has been a while. The library decodes; how much
 * it is told to is checked before (`limits.ts`).
 *
 * @param bytes the column's chunk
 * @param breathe see `breather`
 */
export async function columnValues(
  bytes: ArrayBuffer,
  metadata: ColumnMetaData,
  group: { readonly schema: SchemaTree; readonly rows: number; breathe(): Promise<void> | undefined },
): Promise<ColumnValues> {
  const { path_in_schema: path } = metadata
  const schemaPath = getTreePath(group.schema, path)
  const flat = isFlatColumn(schemaPath)
  const column: PageColumn = {
    ...metadata,
    pathInSchema: path,
    element: schemaPath.at(-1)!.element,
    schemaPath,
    parsers: DEFAULT_PARSERS,
    compressors,
    definition: getMaxDefinitionLevel(schemaPath),
    repetition: getMaxRepetitionLevel(schemaPath),
  }
  // What a dictionary holds is in many rows, and made once.
  const texts: PageColumn = flat ? { ...column, parsers: lateTexts } : column
  const reader = { view: new DataView(bytes), offset: 0 }
  const chunks: DecodedArray[] = []
  let output: DecodedArray | undefined
  let dictionary: DecodedArray | undefined
  let rows = 0
  let values = 0
  let unpacked = 0
  try {
    while (flat ? rows < group.rows : values < Number(metadata.num_values)) {
      if (reader.offset >= bytes.byteLength - 1) break
      const header = parquetHeader(reader)
      const page = pageBytes(reader, header)
      unpacked += header.uncompressed_page_size
      if (unpacked > maxChunk) throw wrong(`the pages of a column have over ${maxChunk} bytes`)
      if (header.type === 'DICTIONARY_PAGE') dictionary = dictionaryOf(page, header, column)
      else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
        const count = countOf(header)
        if (!(count >= 0) || values + count > (flat ? group.rows : maxValues)) {
          throw wrong(`a column of ${group.rows} rows cannot have ${values + count} values`)
        }
        const before = output?.length ?? 0
        const made = valuesOf(page, header, texts, { dictionary, output })
        values += count
        if (made === output) rows += made.length - before
        else if (made.length > 0) {
          chunks.push(made)
          output = made
          rows += made.length
        }
      }
      await group.breathe()
    }
    if (rows < group.rows) throw wrong(`a column has ${rows} of ${group.rows} rows`)
    return { path, values: flatten(chunks), whole: group.rows }
  } catch (fault) {
    // The last row of a column of lists may go on in the page that is damaged.
    return { path, values: flatten(chunks), whole: Math.min(group.rows, flat ? rows : Math.max(0, rows - 1)), fault }
  }
}
