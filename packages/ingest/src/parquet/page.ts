import type { DataReader, DecodedArray, Encoding, PageHeader } from 'hyparquet'
import { assembleLists } from 'hyparquet/src/assemble.js'
import { convert, convertWithDictionary } from 'hyparquet/src/convert.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'
import type { ColumnDecoder } from 'hyparquet/src/types.js'
import { checkDeltas, checkDeltaTexts } from './deltas.ts'
import { maxPage, wrong } from './limits.ts'
import { checkRuns } from './runs.ts'

/** A column as pages are read of it. */
export interface PageColumn extends ColumnDecoder {
  /** Levels that its values can have (Dremel): of definition, of repetition. */
  readonly definition: number
  readonly repetition: number
}

/** Bytes of the page behind its header, its sizes checked. */
export function pageBytes(reader: DataReader, header: PageHeader): Uint8Array {
  const { compressed_page_size: packed, uncompressed_page_size: size } = header
  const left = reader.view.byteLength - reader.offset
  if (!(packed >= 0) || packed > left) throw wrong(`a page of ${packed} bytes exceeds the ${left} that are there`)
  if (!(size >= 0) || size > maxPage) throw wrong(`a page cannot have ${size} bytes`)
  const bytes = new Uint8Array(reader.view.buffer, reader.view.byteOffset + reader.offset, packed)
  reader.offset += packed
  return bytes
}

/** The values that a page of a dictionary holds. */
export function dictionaryOf(bytes: Uint8Array, header: PageHeader, column: PageColumn): DecodedArray {
  const count = header.dictionary_page_header?.num_values
  const page = decompressPage(bytes, header.uncompressed_page_size, column.codec, column.compressors)
  // Eight truth values to a byte are the densest.
  if (count === undefined || count < 0 || count > 8 * page.length)
    throw wrong(`a dictionary cannot have ${count} values`)
  const values = readPlain(readerOf(page), column.type, count, column.element.type_length)
  return convert(values, column)
}

/** Values of a page; what belongs to the last row of the page before is put at the end of its `output`. */
export function valuesOf(
  bytes: Uint8Array,
  header: PageHeader,
  column: PageColumn,
  before: { readonly dictionary: DecodedArray | undefined; readonly output: DecodedArray | undefined },
): DecodedArray {
  const { encoding, repetitions, definitions, data } =
    header.type === 'DATA_PAGE_V2' ? second(bytes, header, column) : first(bytes, header, column)
  if (encoding.endsWith('_DICTIONARY')) {
    if (!before.dictionary) throw wrong('a dictionary is missing')
    const most = before.dictionary.length
    for (let i = 0; i < data.length; i++) {
      if (!((data[i] as number) < most)) throw wrong(`a dictionary of ${most} has no value ${data[i]}`)
    }
  }
  const values = convertWithDictionary(data, before.dictionary, encoding, column)
  const output = Array.isArray(before.output) ? before.output : []
  return assembleLists(output, definitions, repetitions, values, column.schemaPath)
}

/** Values that a page says it has, levels of nothing included. */
export function countOf(header: PageHeader): number {
  const head = header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2 : header.data_page_header
  if (!head) throw wrong(`a page of the kind ${header.type} has no head`)
  return head.num_values
}

interface Page {
  readonly encoding: Encoding
  /** Levels of each value; empty where all are the highest. */
  readonly repetitions: number[]
  readonly definitions: number[]
  readonly data: DecodedArray
}

/** A page of version 1: everything is packed together. */
function first(bytes: Uint8Array, header: PageHeader, column: PageColumn): Page {
  const { num_values: count, encoding } = header.data_page_header!
  const reader = readerOf(decompressPage(bytes, header.uncompressed_page_size, column.codec, column.compressors))
  const repetitions = levelsOf(reader, column.repetition, count)
  const { definitions, present } = definitionsOf(reader, column, count)
  return { encoding, repetitions, definitions, data: dataOf(reader, encoding, column, present) }
}

/** A page of version 2: levels are not packed, and tell their length in the head. */
function second(bytes: Uint8Array, header: PageHeader, column: PageColumn): Page {
  const head = header.data_page_header_v2!
  const { num_values: count, encoding } = head
  const [repeats, defines] = [head.repetition_levels_byte_length, head.definition_levels_byte_length]
  const size = header.uncompressed_page_size - repeats - defines
  if (!(repeats >= 0 && defines >= 0 && size >= 0))
    throw wrong(`levels of ${repeats} and ${defines} bytes exceed the page`)
  const levels = readerOf(bytes)
  const repetitions = levelsOf(levels, column.repetition, count, repeats)
  levels.offset = repeats
  const { definitions, present } = definitionsOf(levels, column, count, defines)
  const packed = bytes.subarray(repeats + defines)
  const data = head.is_compressed ? decompressPage(packed, size, column.codec, column.compressors) : packed
  return { encoding, repetitions, definitions, data: dataOf(readerOf(data), encoding, column, present) }
}

function levelsOf(reader: DataReader, highest: number, count: number, length?: number): number[] {
  if (highest === 0) return []
  const width = bitsOf(highest)
  checkRuns(reader, { width, count, length })
  const levels = new Array<number>(count)
  readRleBitPackedHybrid(reader, width, levels, length)
  return levels
}

function definitionsOf(reader: DataReader, { definition }: PageColumn, count: number, length?: number) {
  const definitions = levelsOf(reader, definition, count, length)
  let present = definition === 0 ? count : 0
  for (const level of definitions) if (level === definition) present++
  // What is there throughout need not be put together value by value.
  return { definitions: present === count ? [] : definitions, present }
}

/** The values themselves, by their encoding. */
function dataOf(reader: DataReader, encoding: Encoding, column: PageColumn, count: number): DecodedArray {
  const { type, element } = column
  const { view } = reader
  if (count === 0) return []
  switch (encoding) {
    case 'PLAIN':
      return readPlain(reader, type, count, element.type_length)
    case 'RLE': {
      if (type !== 'BOOLEAN') throw wrong(`values of the type ${type} are not encoded as ${encoding}`)
      const values = levelsOf(reader, 1, count)
      return values.map(value => value === 1)
    }
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      const width = view.getUint8(reader.offset++)
      if (width === 0) return new Uint8Array(count)
      const length = view.byteLength - reader.offset
      checkRuns(reader, { width, count, length })
      const values = new Array<number>(count)
      readRleBitPackedHybrid(reader, width, values, length)
      return values
    }
    case 'BYTE_STREAM_SPLIT':
      if ((element.type_length ?? 1) > view.byteLength)
        throw wrong(`values of ${element.type_length} bytes exceed the page`)
      return byteStreamSplit(reader, count, type, element.type_length)
    case 'DELTA_BINARY_PACKED': {
      checkDeltas(reader, count)
      const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count)
      deltaBinaryUnpack(reader, count, values)
      return values
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      checkDeltas(reader, count)
      const values = new Array<Uint8Array>(count)
      deltaLengthByteArray(reader, count, values)
      return values
    }
    case 'DELTA_BYTE_ARRAY': {
      checkDeltaTexts(reader, count)
      const values = new Array<Uint8Array>(count)
      deltaByteArray(reader, count, values)
      return values
    }
    default:
      throw wrong(`values are encoded as ${encoding}, which is not read`)
  }
}

const readerOf = (bytes: Uint8Array): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
})

const bitsOf = (highest: number): number => 32 - Math.clz32(highest)
