import { DataError } from '@sluice/pipeline'
import type { InputFile } from '../files/layer.ts'
import { magic, physical, repetition, uncompressed } from './format.ts'
import { columns } from './schema.ts'
import { decodeThrift, numberAt, structAt, structsAt, type ThriftStruct, textAt, textsAt } from './thrift/decode.ts'

/** A column of one row group. Where it lies is in the file. */
export interface ColumnChunk {
  readonly name: string
  readonly position: number
  readonly bytes: number
  readonly values: number
}

/** The chunks of each row group, by the column's name. @throws DataError where the file does not have our columns */
export async function readFooter(input: InputFile): Promise<ReadonlyMap<string, ColumnChunk>[]> {
  const fault = (message: string, cause?: unknown) =>
    new DataError(message, { file: input.path, place: 'footer', cause })
  if (input.size < 12) throw fault(`expected at least 12 bytes, the file has ${input.size}`)
  const head = Buffer.alloc(4)
  const tail = Buffer.alloc(8)
  await input.read(head, 0)
  await input.read(tail, input.size - 8)
  if (head.toString('latin1') !== magic || tail.toString('latin1', 4) !== magic) {
    throw fault(`expected the file to begin and end with "${magic}"`)
  }
  const length = tail.readUInt32LE(0)
  if (length > input.size - 12) throw fault(`expected a length of at most ${input.size - 12}, found ${length}`)
  const footer = new Uint8Array(length)
  await input.read(footer, input.size - 8 - length)
  try {
    const { value: file } = decodeThrift(footer)
    checkSchema(structsAt(file, 2), input.path)
    return structsAt(file, 4).map(group => chunksOf(group, input))
  } catch (cause) {
    if (cause instanceof RangeError) throw fault(cause.message, cause)
    throw cause
  }
}

function checkSchema(schema: readonly ThriftStruct[], file: string): void {
  const found = new Map(schema.slice(1).map(element => [textAt(element, 4), element]))
  for (const column of columns) {
    const element = found.get(column.name)
    const [type, repeats] = [element?.fields.get(1), element?.fields.get(3)]
    if (type === column.type && repeats === column.repetition) continue
    const expected = `${nameOf(repetition, column.repetition)} ${nameOf(physical, column.type)}`
    const instead = element ? `${nameOf(repetition, repeats)} ${nameOf(physical, type)}` : 'none'
    throw new DataError(`expected ${expected}, found ${instead}`, { file, place: `column "${column.name}"` })
  }
}

function nameOf(numbers: Readonly<Record<string, number>>, number: unknown): string {
  const name = Object.entries(numbers).find(([, value]) => value === number)?.[0]
  return name ? (name === 'byteArray' ? 'BYTE_ARRAY' : name.toUpperCase()) : 'another'
}

function chunksOf(group: ThriftStruct, input: InputFile): ReadonlyMap<string, ColumnChunk> {
  const chunks = structsAt(group, 1).map(chunk => chunkOf(structAt(chunk, 3), input))
  const found = new Map(chunks.map(chunk => [chunk.name, chunk]))
  for (const { name } of columns) {
    if (!found.has(name))
      throw new DataError('a row group is without it', { file: input.path, place: `column "${name}"` })
  }
  return found
}

function chunkOf(metadata: ThriftStruct, input: InputFile): ColumnChunk {
  const name = textsAt(metadata, 3).join('.')
  const fault = (message: string) => new DataError(message, { file: input.path, place: `column "${name}"` })
  if (numberAt(metadata, 4) !== uncompressed || metadata.fields.get(11)) {
    throw fault('expected pages without compression and dictionary, as this writer makes them')
  }
  const [values, bytes, position] = [5, 7, 9].map(field => numberAt(metadata, field)) as [number, number, number]
  const end = position + bytes
  if (!(position >= 4 && end >= position && end <= input.size)) {
    throw fault(`bytes ${position} to ${end} are not in the file`)
  }
  return { name, position, bytes, values }
}
