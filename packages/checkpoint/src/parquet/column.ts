import { DataError } from '@sluice/pipeline'
import type { InputFile } from '../files/layer.ts'
import type { ColumnChunk } from './footer.ts'
import { dataPage, encoding } from './format.ts'
import { decodeLevels } from './levels.ts'
import { decodeThrift, numberAt, structAt } from './thrift/decode.ts'

/** Values of one page: ours have 16 rows, and a shape rarely more than 4 sizes. */
const mostValues = 1 << 16
const mostHeaderBytes = 1 << 16
/** Bytes of what is read as a whole: all but the values of the tensors. */
const mostSmallBytes = 1 << 24

/** Where something lies in a file. */
export interface Extent {
  readonly position: number
  readonly bytes: number
}

/** Texts of a column of byte arrays. @throws DataError */
export function readTexts(input: InputFile, chunk: ColumnChunk): Promise<string[]> {
  return readSmall(input, chunk, page => {
    const texts: string[] = []
    for (let at = 0; texts.length < page.values; ) {
      const length = at + 4 <= page.body.length ? page.body.readUInt32LE(at) : 0
      at += 4
      if (at + length > page.body.length) throw new RangeError(`a value of ${length} bytes does not fit its page`)
      texts.push(page.body.toString('utf8', at, at + length))
      at += length
    }
    return texts
  })
}

/** Numbers of a column of one in each row. @throws DataError */
export function readNumbers(input: InputFile, chunk: ColumnChunk): Promise<number[]> {
  return readSmall(input, chunk, page => int64s(page.body, 0, page.values))
}

/** The list of numbers in each row of a repeated column. @throws DataError */
export function readLists(input: InputFile, chunk: ColumnChunk): Promise<number[][]> {
  return readSmall(input, chunk, page => {
    const goesOn = decodeLevels(page.body, 0, page.values)
    const present = decodeLevels(page.body, goesOn.end, page.values)
    const count = present.levels.reduce((sum, level) => sum + level, 0)
    const numbers = int64s(page.body, present.end, count).values()
    const rows: number[][] = []
    for (const [i, level] of goesOn.levels.entries()) {
      if (level === 0) rows.push([])
      else if (rows.length === 0) throw new RangeError('a page begins within a row')
      if (present.levels[i] === 1) rows.at(-1)!.push(numbers.next().value!)
    }
    return rows
  })
}

/** The byte arrays of a column, left where they are. @throws DataError */
export async function findByteArrays(input: InputFile, chunk: ColumnChunk): Promise<Extent[]> {
  const fault = faultOf(input, chunk)
  const found: Extent[] = []
  const head = Buffer.alloc(4)
  const start = Buffer.alloc(Math.min(mostHeaderBytes, chunk.bytes))
  const end = chunk.position + chunk.bytes
  for (let position = chunk.position; position < end && found.length < chunk.values; ) {
    const part = start.subarray(0, Math.min(start.length, end - position))
    await input.read(part, position)
    const page = inWords(fault, () => readHeader(part))
    position += page.headerBytes
    const pageEnd = position + page.bodyBytes
    if (pageEnd > end) throw fault(`a page ends at byte ${pageEnd}, its column at ${end}`)
    for (let i = 0; i < page.values; i++) {
      const left = pageEnd - position - head.length
      if (left >= 0) await input.read(head, position)
      const length = head.readUInt32LE(0)
      if (length > left) throw fault(`a value of ${length} bytes does not fit its page`)
      position += head.length
      found.push({ position, bytes: length })
      position += length
    }
    position = pageEnd
  }
  if (found.length !== chunk.values) throw fault(`expected ${chunk.values} values, found ${found.length}`)
  return found
}

interface Page {
  readonly values: number
  readonly body: Buffer
}

async function readSmall<T>(input: InputFile, chunk: ColumnChunk, decode: (page: Page) => T[]): Promise<T[]> {
  const fault = faultOf(input, chunk)
  if (chunk.bytes > mostSmallBytes) throw fault(`expected at most ${mostSmallBytes} bytes, found ${chunk.bytes}`)
  const bytes = Buffer.alloc(chunk.bytes)
  await input.read(bytes, chunk.position)
  return inWords(fault, () => {
    const found: T[] = []
    let seen = 0
    for (let at = 0; at < bytes.length && seen < chunk.values; ) {
      const { headerBytes, bodyBytes, values } = readHeader(bytes.subarray(at))
      const begin = at + headerBytes
      at = begin + bodyBytes
      if (at > bytes.length) throw new RangeError(`a page ends at byte ${at}, its column at ${bytes.length}`)
      for (const value of decode({ values, body: bytes.subarray(begin, at) })) found.push(value)
      seen += values
    }
    if (seen !== chunk.values) throw new RangeError(`expected ${chunk.values} values, found ${seen}`)
    return found
  })
}

/** @throws RangeError where it is not a page such as `writeParquetWeights` makes */
function readHeader(bytes: Uint8Array): { headerBytes: number; bodyBytes: number; values: number } {
  const { value: header, end } = decodeThrift(bytes)
  if (numberAt(header, 1) !== dataPage) throw new RangeError('expected data pages of version 1')
  const data = structAt(header, 5)
  const encodings = [2, 3, 4].map(field => numberAt(data, field))
  if (encodings.join() !== [encoding.plain, encoding.runLength, encoding.runLength].join()) {
    throw new RangeError('expected plain values with run-length levels')
  }
  const values = numberAt(data, 1)
  const bodyBytes = numberAt(header, 3)
  if (!(values >= 0 && values <= mostValues)) throw new RangeError(`a page of ${values} values`)
  if (!(bodyBytes >= 0) || numberAt(header, 2) !== bodyBytes) throw new RangeError(`a page of ${bodyBytes} bytes`)
  return { headerBytes: end, bodyBytes, values }
}

function int64s(body: Buffer, from: number, count: number): number[] {
  if (from + 8 * count > body.length) throw new RangeError(`${count} numbers do not fit their page`)
  return Array.from({ length: count }, (_, i) => Number(body.readBigInt64LE(from + 8 * i)))
}

type Fault = (message: string, cause?: unknown) => DataError

function faultOf(input: InputFile, { name }: ColumnChunk): Fault {
  return (message, cause) => new DataError(message, { file: input.path, place: `column "${name}"`, cause })
}

/** What `read` does; where the bytes are not as they should be, told as a fault of the column. */
function inWords<T>(fault: Fault, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof RangeError) throw fault(cause.message, cause)
    throw cause
  }
}
