import { DataError, type NamedTensor, SluiceError } from '@sluice/pipeline'
import parquet, { type ParquetReader } from 'parquetjs-lite'
import { withInput } from '../files/checksum.ts'
import type { FileLayer, InputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { assemble } from './assemble.ts'
import { byteArrays, checkColumn, checkFooter, type Extent } from './bounds.ts'
import { pieceSchema } from './schema.ts'

/**
 * Reads what `writeParquetWeights` writes, a row group at a time: the values from the file into the tensors without a copy, whatever
 * is beside them by parquetjs-lite.
 *
 * @returns tensors by name, in the order of the file
 * @throws DataError naming the file and the place for whatever is not as expected; StorageError when it cannot be read
 */
export function readParquetWeights(
  path: string,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<Map<string, NamedTensor>> {
  return withInput(files, path, getParquetWeights)
}

/** The same from an open file. */
export async function getParquetWeights(input: InputFile): Promise<Map<string, NamedTensor>> {
  const tensors = assemble(input.path, input.size)
  try {
    await checkFooter(input)
    const envelope = new parquet.ParquetEnvelopeReader(readerOf(input), async () => {}, input.size)
    const reader = await parquet.ParquetReader.openEnvelopeReader(envelope)
    checkSchema(reader, input.path)
    const pieces: Extent[][] = []
    for (const group of reader.metadata.row_groups) {
      let bodies: readonly Extent[] = []
      for (const { meta_data: column } of group.columns) {
        const found = await checkColumn(input, column)
        if (column.path_in_schema.join('.') === 'bytes') bodies = found
      }
      pieces.push(await byteArrays(input, bodies))
    }
    const cursor = reader.getCursor(['name', 'dtype', 'shape', 'offset'].map(name => [name]))
    for (const group of pieces) {
      const rows = (await cursor.nextRowGroup()) ?? []
      if (rows.length !== group.length) {
        throw new DataError(`expected ${rows.length} pieces in a group, found ${group.length}`, { file: input.path })
      }
      const places = rows.map((row, i) => tensors.add(row, group[i]!.bytes))
      await Promise.all(places.map((place, i) => input.read(place, group[i]!.position)))
    }
    return tensors.end()
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    // parquetjs-lite throws strings and plain errors.
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`not a Parquet file of weights: ${message}`, { file: input.path, cause })
  }
}

function readerOf(input: InputFile): (position: number, length: number) => Promise<Buffer> {
  return async (position, length) => {
    if (!(position >= 0 && length >= 0 && position + length <= input.size)) {
      throw new DataError(`bytes ${position} to ${position + length} are not in the file`, { file: input.path })
    }
    const bytes = Buffer.alloc(length)
    await input.read(bytes, position)
    return bytes
  }
}

function checkSchema(reader: ParquetReader, file: string): void {
  const found = reader.getSchema().fields
  for (const [name, expected] of Object.entries(pieceSchema().fields)) {
    const column = Object.hasOwn(found, name) ? found[name] : undefined
    const ok = column?.primitiveType === expected.primitiveType && column.repetitionType === expected.repetitionType
    if (!ok) {
      const type = column ? `${column.repetitionType} ${column.primitiveType}` : 'none'
      throw new DataError(`expected ${expected.repetitionType} ${expected.primitiveType}, found ${type}`, {
        file,
        place: `column "${name}"`,
      })
    }
  }
}
