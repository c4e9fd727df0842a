import type { NamedTensor } from '@sluice/pipeline'
import { withOutput } from '../files/checksum.ts'
import type { FileLayer, OutputFile } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { bytesOf, checkTensors } from '../tensors.ts'
import { dataPage, encoding, magic, physical, repetition, uncompressed } from './format.ts'
import { encodeLevels } from './levels.ts'
import { type Column, columns, type Piece, pieceBytes, rowsPerGroup } from './schema.ts'
import { binary, type Encoded, i32, i64, list, struct } from './thrift/encode.ts'

/**
 * Writes tensors as one Parquet file and makes it durable: a row for each piece of at most 1 MiB of a tensor, with the
 * columns name, dtype, shape, offset (bytes of the tensor before the piece) and bytes. A tensor without values has one row
 * without bytes. The values go to the disk from where they lie, without a copy.
 *
 * @throws DataError for tensors that cannot be told apart, StorageError when the disk refuses
 */
export function writeParquetWeights(
  path: string,
  tensors: Iterable<NamedTensor>,
  { files = nodeFiles }: { files?: FileLayer } = {},
): Promise<void> {
  return withOutput(files, path, output => putParquetWeights(output, path, tensors))
}

type Row = Piece & { readonly bytes: Uint8Array }

/** The same into an open file. */
export async function putParquetWeights(
  output: OutputFile,
  path: string,
  tensors: Iterable<NamedTensor>,
): Promise<void> {
  const rows = checkTensors(tensors, path).flatMap(rowsOf)
  let position = 0
  const write = async (bytes: Uint8Array): Promise<void> => {
    await output.write(bytes)
    position += bytes.byteLength
  }
  await write(Buffer.from(magic))
  const groups: Encoded[] = []
  for (let from = 0; from < rows.length; from += rowsPerGroup) {
    const group = rows.slice(from, from + rowsPerGroup)
    const { parts, metadata } = rowGroup(group, position)
    for (const part of parts) await write(part)
    groups.push(metadata)
  }
  await write(footer(groups, rows.length))
}

function rowsOf(tensor: NamedTensor): Row[] {
  const { name, dtype, shape } = tensor
  const all = bytesOf(tensor)
  const count = Math.max(1, Math.ceil(all.byteLength / pieceBytes))
  return Array.from({ length: count }, (_, i) => {
    const offset = i * pieceBytes
    return { name, dtype, shape, offset, bytes: all.subarray(offset, offset + pieceBytes) }
  })
}

/** What stands in a file one after the other: a column's one page, and what is said of it in the footer. */
interface Chunk {
  readonly parts: readonly Uint8Array[]
  readonly metadata: (position: number) => Encoded
}

/** @param position where the group begins in the file */
function rowGroup(rows: readonly Row[], position: number): { parts: readonly Uint8Array[]; metadata: Encoded } {
  const chunks = columns.map(column => columnChunk(column, rows))
  const found: Encoded[] = []
  let end = position
  for (const { parts, metadata } of chunks) {
    found.push(metadata(end))
    end += sizeOf(parts)
  }
  const all = chunks.flatMap(({ parts }) => parts)
  return {
    parts: together(all),
    metadata: struct({
      1: list(found),
      2: i64(end - position),
      3: i64(rows.length),
      5: i64(position),
      6: i64(end - position),
    }),
  }
}

/** What is small becomes one part: every part is a call to the system. */
function together(parts: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = []
  let small: Uint8Array[] = []
  const flush = (): void => {
    if (small.length > 0) joined.push(Buffer.concat(small))
    small = []
  }
  for (const part of parts) {
    if (part.byteLength <= 1 << 12) {
      small.push(part)
      continue
    }
    flush()
    joined.push(part)
  }
  flush()
  return joined
}

function columnChunk({ name, type, repetition: repeats }: Column, rows: readonly Row[]): Chunk {
  const repeated = repeats === repetition.repeated
  const lists = rows.map(row => valuesOf(row, name))
  // A row without values has an entry that says so.
  const entries = lists.map(values => Math.max(1, values.length))
  const levels = repeated
    ? [
        encodeLevels(entries.flatMap(count => Array.from({ length: count }, (_, i) => Math.min(i, 1)))),
        encodeLevels(lists.flatMap(values => (values.length === 0 ? [0] : values.map(() => 1)))),
      ]
    : []
  const plain = lists.flat()
  const body = [...levels, ...(type === physical.byteArray ? plain.flatMap(value => [lengthOf(value), value]) : plain)]
  const count = entries.reduce((sum, entry) => sum + entry, 0)
  const header = pageHeader(count, sizeOf(body))
  const parts = [header, ...body]
  const bytes = i64(sizeOf(parts))
  return {
    parts,
    metadata: position => {
      const metadata = struct({
        1: i32(type),
        2: list([i32(encoding.plain), i32(encoding.runLength)]),
        3: list([binary(name)]),
        4: i32(uncompressed),
        5: i64(count),
        6: bytes,
        7: bytes,
        9: i64(position),
        12: statistics(name, rows),
      })
      return struct({ 2: i64(position), 3: metadata })
    },
  }
}

function pageHeader(values: number, bytes: number): Uint8Array {
  const page = struct({
    1: i32(values),
    2: i32(encoding.plain),
    3: i32(encoding.runLength),
    4: i32(encoding.runLength),
  })
  return struct({ 1: i32(dataPage), 2: i32(bytes), 3: i32(bytes), 5: page }).bytes
}

/** A row's values in a column, each as it stands in a page; byte arrays without their lengths. */
function valuesOf(row: Row, column: Column['name']): readonly Uint8Array[] {
  if (column === 'shape') return row.shape.map(int64)
  if (column === 'offset') return [int64(row.offset)]
  return [column === 'bytes' ? row.bytes : Buffer.from(row[column])]
}

/** Least and greatest, by which who looks for a name leaves out groups. Of `bytes` they would repeat two pieces a group. */
function statistics(column: Column['name'], rows: readonly Row[]): Encoded | undefined {
  if (column === 'shape' || column === 'bytes') return undefined
  const values = rows.map(row => row[column])
  const ordered =
    column === 'offset'
      ? (values as number[]).sort((a, b) => a - b).map(int64)
      : values.map(value => Buffer.from(value as string)).sort(Buffer.compare)
  return struct({ 3: i64(0), 5: binary(ordered.at(-1)!), 6: binary(ordered[0]!) })
}

function footer(groups: readonly Encoded[], rows: number): Uint8Array {
  const leaves = columns.map(({ name, type, repetition, text }) =>
    // Twice that it is a text: as older readers know it, and as newer ones do.
    struct({
      1: i32(type),
      3: i32(repetition),
      4: binary(name),
      6: text ? i32(0) : undefined,
      10: text ? struct({ 1: struct({}) }) : undefined,
    }),
  )
  const { bytes } = struct({
    1: i32(1),
    2: list([struct({ 4: binary('root'), 5: i32(columns.length) }), ...leaves]),
    3: i64(rows),
    4: list(groups),
    6: binary('sluice'),
    // That least and greatest are by the order of the type: without it readers leave them alone.
    7: list(columns.map(() => struct({ 1: struct({}) }))),
  })
  const end = Buffer.alloc(8)
  end.writeUInt32LE(bytes.length)
  end.write(magic, 4)
  return Buffer.concat([bytes, end])
}

function int64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}

function lengthOf(value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value.byteLength)
  return bytes
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
