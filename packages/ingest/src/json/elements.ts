import { isUtf8 } from 'node:buffer'
import { DataError } from '@sluice/pipeline'
import type { ByteReader } from '../bytes/reader.ts'
import { firstBroken } from '../pieces/decode.ts'

/** One element of a list in a file that is a single JSON value. */
export interface JsonElement {
  /** Undefined for one that is over the limit. */
  readonly json: string | undefined
  /** Byte of the content that it begins at. */
  readonly byte: number
  /** Byte after it, where reading can go on. */
  readonly end: number
  /** First byte that is no UTF-8; it is U+FFFD in `json`. */
  readonly broken?: number
}

export interface JsonElementsOptions {
  /** Of an object: names of the members one of which is the list. Default: none, it is a list itself. */
  readonly keys?: ReadonlySet<string>
  /** Bytes over which an element is not held. */
  readonly limit: number
  /** The reader stands within the list that the file is, behind so many bytes and a whole element. Default: at the beginning. */
  readonly from?: number | undefined
  /** What the list holds, for errors. Default `records`. */
  readonly of?: string
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * The elements of the list in a JSON file, one by one, without holding the whole: of the list that it is, or of the one under one of
 * `keys` in the object that it is. What is before the first bracket is passed over (`window.YTD.tweets.part0 = [`).
 *
 * @throws DataError for a file that ends inside the list, when all that is whole has been given out
 */
export async function* jsonElements(
  reader: ByteReader,
  file: string,
  { keys = new Set(), limit, from, of = 'records' }: JsonElementsOptions,
): AsyncGenerator<JsonElement, void, undefined> {
  const chunk = Buffer.allocUnsafeSlow(64 * 1024)
  let byte = from ?? 0
  let depth = from === undefined ? 0 : 1
  /** Depth of the list's elements; 0 before it begins. */
  let inside = depth
  let inString = false
  let escaped = false
  /** Where in the chunk the string or element began, and what earlier chunks hold of it. */
  let mark = -1
  let held: Buffer[] = []
  let heldBytes = 0
  let begins = 0
  let key = ''
  let over = false

  const hold = (end: number): void => {
    if (mark < 0) return
    heldBytes += end - mark
    if (heldBytes <= limit) held.push(Buffer.from(chunk.subarray(mark, end)))
    else held = []
    mark = 0
  }
  const taken = (end: number): Buffer | undefined => {
    hold(end)
    const bytes = heldBytes <= limit ? Buffer.concat(held) : undefined
    mark = -1
    held = []
    heldBytes = 0
    return bytes
  }
  const element = (i: number): JsonElement => {
    const bytes = taken(i)
    const broken = bytes === undefined || isUtf8(bytes) ? {} : { broken: begins + firstBroken(bytes) }
    return { json: bytes?.toString('utf8'), byte: begins, end: byte + i, ...broken }
  }

  while (!over) {
    const count = await reader.read(chunk)
    if (count === 0) break
    for (let i = 0; i < count && !over; i++) {
      const code = chunk[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (code === backslash) escaped = true
        else if (code === quote) {
          inString = false
          if (inside === 0 && depth === 1) key = taken(i)?.toString('utf8', 0, 100) ?? ''
        }
        continue
      }
      if (code === quote) {
        if (inside > 0 && depth === inside && mark < 0) {
          mark = i
          begins = byte + i
        } else if (inside === 0 && depth === 1) mark = i + 1
        inString = depth > 0
        continue
      }
      if (code === openList || code === openObject) {
        if (inside > 0 && depth === inside && mark < 0) {
          mark = i
          begins = byte + i
        }
        if (code === openList && inside === 0 && (depth === 0 || (depth === 1 && keys.has(key)))) inside = depth + 1
        depth++
      } else if (code === closeList || code === closeObject) {
        depth--
        if (depth < inside) {
          if (mark >= 0) yield element(i)
          over = inside > 0
        }
        if (depth === 0 && inside === 0) over = true
      } else if (inside > 0 && depth === inside) {
        if (code === comma) {
          if (mark >= 0) yield element(i)
        } else if (mark < 0 && code > 0x20) {
          mark = i
          begins = byte + i
        }
      }
    }
    if (!over) hold(count)
    byte += count
  }
  if (over && inside > 0) return
  throw new DataError(
    over || depth === 0 ? `there is no list of ${of} in it` : 'the JSON is cut short: it ends inside a value',
    {
      file,
      place: `byte ${byte}`,
      advice: over || depth === 0 ? 'leave the file out of "path"' : 'fetch the file again',
    },
  )
}
