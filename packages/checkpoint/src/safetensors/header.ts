import { DataError } from '@sluice/pipeline'
import { dtypes } from './dtype.ts'
import { repeatedKey } from './keys.ts'

/** One tensor as a safetensors header tells it. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** First byte and the one after the last, relative to the byte after the header. */
  readonly begin: number
  readonly end: number
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>
  /** In the order of their bytes in the file. */
  readonly entries: readonly TensorEntry[]
}

/** The format's own limit: a header above it is refused by every reader. */
export const headerLimit = 100_000_000

/** Eight bytes of length, JSON, and spaces up to a multiple of eight, so that the tensors after it are aligned. */
export function encodeHeader({ metadata, entries }: Header): Uint8Array {
  const json: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) json.__metadata__ = metadata
  for (const { name, dtype, shape, begin, end } of entries) json[name] = { dtype, shape, data_offsets: [begin, end] }
  const text = Buffer.from(JSON.stringify(json), 'utf8')
  const length = Math.ceil(text.length / 8) * 8
  const bytes = Buffer.alloc(8 + length, ' ')
  bytes.writeBigUInt64LE(BigInt(length))
  text.copy(bytes, 8)
  return bytes
}

/**
 * Everything a header can get wrong, found before a byte of a tensor is read.
 *
 * @param text the bytes after the length
 * @param dataBytes bytes of the file after the header
 * @throws DataError naming the tensor
 */
export function decodeHeader(text: Uint8Array, dataBytes: number, file: string): Header {
  const fault = (place: string, message: string) => new DataError(message, { file, place })
  const json = parse(text, file)
  const metadata = readMetadata(json.__metadata__, file)
  const entries: TensorEntry[] = []
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') entries.push(readEntry(name, value, file))
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let end = 0
  for (const entry of entries) {
    const place = `tensor "${entry.name}"`
    if (entry.begin < end) {
      throw fault(place, `expected data from byte ${end} on, found ${entry.begin}: it overlaps the tensor before it`)
    }
    if (entry.begin > end) {
      throw fault(place, `expected data from byte ${end} on, found ${entry.begin}: bytes between belong to no tensor`)
    }
    end = entry.end
    if (end > dataBytes) throw fault(place, `expected ${end} bytes after the header, the file has ${dataBytes}`)
  }
  if (end !== dataBytes) throw fault('end', `expected ${end} bytes after the header, the file has ${dataBytes}`)
  return { metadata, entries }
}

function parse(text: Uint8Array, file: string): Record<string, unknown> {
  const fault = (message: string, cause?: unknown) => new DataError(message, { file, place: 'header', cause })
  if (text[0] !== 0x7b) throw fault('expected the header to start with "{"')
  let string: string
  let json: unknown
  try {
    string = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
    json = JSON.parse(string)
  } catch (cause) {
    throw fault(`expected JSON in UTF-8: ${(cause as Error).message}`, cause)
  }
  const repeated = repeatedKey(string)
  if (repeated !== undefined) throw fault(`the key "${repeated}" stands twice`)
  return json as Record<string, unknown>
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {}
  if (!isRecord(value) || Object.values(value).some(member => typeof member !== 'string')) {
    throw new DataError('expected an object of strings', { file, place: '__metadata__' })
  }
  return value as Record<string, string>
}

function readEntry(name: string, value: unknown, file: string): TensorEntry {
  const fault = (message: string) => new DataError(message, { file, place: `tensor "${name}"` })
  if (!isRecord(value)) throw fault('expected an object with dtype, shape and data_offsets')
  const { dtype, shape, data_offsets: offsets } = value
  const known = typeof dtype === 'string' ? dtypes.get(dtype) : undefined
  if (known === undefined) {
    throw fault(`expected a dtype of ${[...dtypes.keys()].join(', ')}, found ${JSON.stringify(dtype)}`)
  }
  if (!isSizes(shape)) throw fault(`expected a shape of whole numbers, found ${JSON.stringify(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fault(`expected two rising data_offsets, found ${JSON.stringify(offsets)}`)
  }
  const [begin, end] = offsets as [number, number]
  const bytes = shape.reduce((product, size) => product * size, 1) * known.size
  if (bytes !== end - begin) {
    throw fault(`expected ${bytes} bytes for ${dtype} [${shape.join(', ')}], found ${end - begin}`)
  }
  return { name, dtype: dtype as string, shape, begin, end }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0)
}
