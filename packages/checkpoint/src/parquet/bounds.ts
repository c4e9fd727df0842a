import { DataError } from '@sluice/pipeline'
import type { RowGroup } from 'parquetjs-lite'
import type { InputFile } from '../files/layer.ts'
import { type ThriftStruct, walkThrift } from './thrift.ts'

/** Values of one page: ours have 16 rows, and a shape rarely more than 4 sizes. */
const mostValues = 1 << 16
const mostHeaderBytes = 1 << 16

const plain = 0
const runLength = 3
const dataPage = 0

/** Checks that the footer is there and that no size in it goes beyond it. @throws DataError */
export async function checkFooter(input: InputFile): Promise<void> {
  const fault = (message: string, cause?: unknown) =>
    new DataError(message, { file: input.path, place: 'footer', cause })
  if (input.size < 12) throw fault(`expected at least 12 bytes, the file has ${input.size}`)
  const head = Buffer.alloc(4)
  const tail = Buffer.alloc(8)
  await input.read(head, 0)
  await input.read(tail, input.size - 8)
  if (head.toString('latin1') !== 'PAR1' || tail.toString('latin1', 4) !== 'PAR1') {
    throw fault('expected the file to begin and end with "PAR1"')
  }
  const length = tail.readUInt32LE(0)
  if (length > input.size - 12) throw fault(`expected a length of at most ${input.size - 12}, found ${length}`)
  const footer = Buffer.alloc(length)
  await input.read(footer, input.size - 8 - length)
  try {
    walkThrift(footer)
  } catch (cause) {
    throw fault((cause as Error).message, cause)
  }
}

/** Where something lies in a file. */
export interface Extent {
  readonly position: number
  readonly bytes: number
}

/**
 * Checks that the pages of a column chunk are such as `writeParquetWeights` makes and fit the chunk.
 *
 * @returns what is in each page
 * @throws DataError
 */
export async function checkColumn(
  input: InputFile,
  column: RowGroup['columns'][number]['meta_data'],
): Promise<readonly Extent[]> {
  const place = `column "${column.path_in_schema.join('.')}"`
  const fault = (message: string, cause?: unknown) => new DataError(message, { file: input.path, place, cause })
  if (column.codec !== 0 || column.dictionary_page_offset) {
    throw fault('expected pages without compression and dictionary, as this writer makes them')
  }
  const values = Number(column.num_values)
  let position = Number(column.data_page_offset)
  const end = position + Number(column.total_compressed_size)
  if (!(position >= 4 && end >= position && end <= input.size)) {
    throw fault(`bytes ${position} to ${end} are not in the file`)
  }
  let seen = 0
  const bodies: Extent[] = []
  while (position < end && seen < values) {
    const bytes = new Uint8Array(Math.min(mostHeaderBytes, end - position))
    await input.read(bytes, position)
    let page: Page
    try {
      page = readPage(bytes)
      // Only the list of sizes has levels: which value begins a row, and whether there is a value.
      if (column.path_in_schema[0] === 'shape') checkLevels(bytes.subarray(page.headerBytes), page.values)
    } catch (cause) {
      throw fault((cause as Error).message, cause)
    }
    bodies.push({ position: position + page.headerBytes, bytes: page.bodyBytes })
    position += page.headerBytes + page.bodyBytes
    if (position > end) throw fault(`a page ends at byte ${position}, its column at ${end}`)
    seen += page.values
  }
  if (seen !== values) throw fault(`expected ${values} values, found ${seen}`)
  return bodies
}

/** The byte arrays in the pages of a column that always has one, each after its length of 4 bytes. @throws DataError */
export async function byteArrays(input: InputFile, bodies: readonly Extent[]): Promise<Extent[]> {
  const found: Extent[] = []
  const head = Buffer.alloc(4)
  for (const { position: start, bytes } of bodies) {
    for (let position = start; position < start + bytes; ) {
      const left = start + bytes - position - head.length
      if (left >= 0) await input.read(head, position)
      const length = head.readUInt32LE(0)
      if (length > left) {
        const message = `a value of ${length} bytes does not fit its page`
        throw new DataError(message, { file: input.path, place: 'column "bytes"' })
      }
      position += head.length
      found.push({ position, bytes: length })
      position += length
    }
  }
  return found
}

interface Page {
  readonly headerBytes: number
  readonly bodyBytes: number
  readonly values: number
}

/** @throws RangeError */
function readPage(bytes: Uint8Array): Page {
  const { value: header, end } = walkThrift(bytes)
  const data = header[5] as ThriftStruct | undefined
  if (header[1] !== dataPage || typeof data !== 'object') throw new RangeError('expected data pages of version 1')
  if (data[2] !== plain || data[3] !== runLength || data[4] !== runLength) {
    throw new RangeError('expected plain values with run-length levels')
  }
  const values = Number(data[1])
  const bodyBytes = Number(header[3])
  if (!(values >= 0 && values <= mostValues)) throw new RangeError(`a page of ${values} values`)
  if (!(bodyBytes >= 0) || header[2] !== bodyBytes) throw new RangeError(`a page of ${bodyBytes} bytes`)
  return { headerBytes: end, bodyBytes, values }
}

/**
 * Two sequences of levels of one bit, each after its length of 4 bytes, in runs (hybrid of run length and bit packing:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings). A run longer than the page would be built in memory.
 *
 * @throws RangeError
 */
function checkLevels(bytes: Uint8Array, values: number): void {
  let position = 0
  for (let sequence = 0; sequence < 2; sequence++) {
    position += 4
    for (let seen = 0; seen < values; ) {
      const head = bytes[position] ?? 0
      // One byte says up to 63 values or 504 packed ones; the second is needed for more.
      const next = head < 0x80 ? 0 : (bytes[position + 1] ?? 0x80)
      if (next >= 0x80) throw new RangeError('a run of levels is longer than the page')
      position += head < 0x80 ? 1 : 2
      const run = (head & 0x7f) + next * 128
      const length = run & 1 ? (run >> 1) * 8 : run >> 1
      if (length === 0 || length >= seen + values + 8) throw new RangeError('a run of levels does not fit the page')
      position += run & 1 ? run >> 1 : 1
      seen += length
    }
  }
}
