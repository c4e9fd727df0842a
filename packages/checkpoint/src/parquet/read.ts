import { DataError, type NamedTensor } from '@sluice/pipeline'
import { withInput } from '../files/checksum.ts'
import type { FileLayer, InputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { assemble } from './assemble.ts'
import { type Extent, findByteArrays, readLists, readNumbers, readTexts } from './column.ts'
import { type ColumnChunk, readFooter } from './footer.ts'
import type { Piece } from './schema.ts'

/** Pieces on their way at once: enough that the disk, and the threads that copy for it, always have the next one. */
const readsAtOnce = 8

/**
 * Reads what `writeParquetWeights` writes: first what the rows say, then the values, from the file into the tensors without a copy.
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
  const places: { into: Uint8Array; position: number }[] = []
  for (const chunks of await readFooter(input)) {
    for (const { piece, values } of await readRows(input, chunks)) {
      places.push({ into: tensors.add(piece, values.bytes), position: values.position })
    }
  }
  const assembled = tensors.end()
  const next = places.values()
  const reader = async (): Promise<void> => {
    for (const { into, position } of next) await input.read(into, position)
  }
  await Promise.all(Array.from({ length: readsAtOnce }, reader))
  return assembled
}

async function readRows(
  input: InputFile,
  chunks: ReadonlyMap<string, ColumnChunk>,
): Promise<{ piece: Piece; values: Extent }[]> {
  const chunk = (name: keyof Piece | 'bytes') => chunks.get(name)!
  const [names, dtypes, shapes, offsets, values] = await Promise.all([
    readTexts(input, chunk('name')),
    readTexts(input, chunk('dtype')),
    readLists(input, chunk('shape')),
    readNumbers(input, chunk('offset')),
    findByteArrays(input, chunk('bytes')),
  ])
  for (const { length } of [dtypes, shapes, offsets, values]) {
    if (length !== names.length) {
      throw new DataError(`expected ${names.length} rows in every column of a group, found ${length}`, {
        file: input.path,
      })
    }
  }
  return names.map((name, i) => ({
    piece: { name, dtype: dtypes[i]!, shape: shapes[i]!, offset: offsets[i]! },
    values: values[i]!,
  }))
}
