import { DataError } from '@sluice/pipeline'
import type { Place, PlacedReader } from './place.ts'
import { fieldsOf, type WarcRecord } from './record.ts'

export interface RecordsOptions {
  /** The file's name, for messages. */
  readonly file: string
  /** Bytes over which a record's block is not held. */
  readonly limit: number
  /** Whether a record's block is wanted, by its fields. Others are read past. */
  wanted(fields: ReadonlyMap<string, string>): boolean
  /** Told of each broken record. May throw; else reading goes on with the next record that can be found. */
  onBad(message: string, place: Place, cause?: unknown): void
  /** Told of each record that is over the limit. */
  onLarge(place: Place): void
}

/** Bytes that a record's fields may have. */
const maxHeader = 64 * 1024
const CR = 13
const LF = 10

/** Thrown within: a record that is not one. */
class Broken extends Error {}

/**
 * The records of a WARC file that are wanted.
 *
 * @param at bytes of content between what the reader's places count from and its next byte
 * @throws DataError for a file that ends inside a record, when all that is whole has been given out
 */
export async function* warcRecords(
  reader: PlacedReader,
  at: number,
  options: RecordsOptions,
): AsyncGenerator<WarcRecord, void, undefined> {
  let window: Buffer = Buffer.allocUnsafeSlow(256 * 1024)
  let from = 0
  let held = 0
  let ended = false
  // What fails while looking ahead is told when the records before it have been given out.
  let failure: { error: unknown } | undefined

  /** Holds `count` bytes of content from `from` on, fewer only at the end. */
  async function hold(count: number): Promise<boolean> {
    if (held - from >= count) return true
    if (from > 0) {
      window.copyWithin(0, from, held)
      held -= from
      from = 0
    }
    while (held < count && !ended) {
      // It grows with what has come, and not with what a length promises.
      if (held === window.length) {
        const larger = Buffer.allocUnsafeSlow(2 * window.length)
        window.copy(larger)
        window = larger
      }
      const read = await reader.read(window.subarray(held)).catch((error: unknown) => {
        failure = { error }
        return 0
      })
      ended = read === 0
      held += read
    }
    return held - from >= count
  }
  const advance = (count: number): void => {
    from += count
    at += count
  }
  let short: DataError | undefined
  const cut = (place: Place): unknown => {
    if (failure) return failure.error
    short = new DataError('the WARC file is cut short: it ends inside a record', {
      file: options.file,
      place: placeName(place),
      advice: 'fetch the file again and compare its size with the original',
    })
    return short
  }

  /** Reads past `count` bytes. False when there are fewer. */
  async function pass(count: number): Promise<boolean> {
    let left = count
    while (left > 0) {
      const step = Math.min(left, held - from)
      advance(step)
      left -= step
      if (left > 0 && !(await hold(1))) return false
    }
    return true
  }

  async function passBlankLines(): Promise<void> {
    while (await hold(1)) {
      while (from < held && (window[from] === CR || window[from] === LF)) advance(1)
      if (from < held) return
    }
  }

  /** Goes to the next line that a record begins with, from the next byte on. */
  async function findRecord(): Promise<void> {
    for (;;) {
      if (!(await hold(7))) {
        advance(held - from)
        return
      }
      const found = window.subarray(0, held).indexOf('\nWARC/', from)
      if (found >= 0) {
        advance(found + 1 - from)
        return
      }
      advance(held - from - 6)
    }
  }

  /** Index behind the fields' blank line, counted from `from`. */
  async function headerLength(place: Place): Promise<number> {
    for (let want = 1024; ; want *= 4) {
      const whole = await hold(want)
      const bytes = window.subarray(from, held)
      if (bytes.subarray(0, 5).toString('latin1') !== 'WARC/'.slice(0, bytes.length)) {
        throw new Broken('expected a record to begin with "WARC/"')
      }
      const double = bytes.indexOf('\r\n\r\n')
      const single = bytes.indexOf('\n\n')
      const end = double >= 0 && (single < 0 || double < single) ? double + 4 : single >= 0 ? single + 2 : -1
      if (end >= 0 && end <= maxHeader) return end
      if (end >= 0 || bytes.length > maxHeader) throw new Broken(`its fields are over ${maxHeader} bytes long`)
      if (!whole) throw cut(place)
    }
  }

  async function nextRecord(place: Place): Promise<WarcRecord | undefined> {
    const header = await headerLength(place)
    const fields = fieldsOf(window.toString('utf8', from, from + header))
    const told = fields.get('content-length') ?? ''
    if (!/^\d{1,15}$/.test(told)) throw new Broken(`expected a Content-Length, found "${told.slice(0, 40)}"`)
    const length = Number(told)
    if (!options.wanted(fields) || length > options.limit) {
      if (length > options.limit && options.wanted(fields)) options.onLarge(place)
      advance(header)
      if (!(await pass(length))) throw cut(place)
      await passBlankLines()
      return undefined
    }
    await hold(header + length + 4)
    if (held - from < header + length) throw cut(place)
    const after = window[from + header + length]
    // A length that is wrong would swallow what follows, or leave a rest that is no record.
    if (held - from > header + length && after !== CR && after !== LF && after !== 87) {
      throw new Broken(`its Content-Length of ${length} does not lead to its end`)
    }
    const block = window.subarray(from + header, from + header + length)
    advance(header + length)
    while (from < held && (window[from] === CR || window[from] === LF)) advance(1)
    return { fields, block, place, next: reader.placeOf(at) }
  }

  for (;;) {
    let place = reader.placeOf(at)
    try {
      await passBlankLines()
      if (!(await hold(1))) {
        if (failure) throw failure.error
        return
      }
      place = reader.placeOf(at)
      const record = await nextRecord(place)
      if (record) yield record
    } catch (error) {
      if (error instanceof Broken) {
        options.onBad(error.message, place)
        await findRecord()
        continue
      }
      if (!(error instanceof DataError) || error === short || !reader.recover) throw error
      options.onBad(error.message, place, error)
      // What is held of the damaged member is the beginning of a record without its end.
      advance(held - from)
      from = 0
      held = 0
      ended = false
      failure = undefined
      if (!(await reader.recover())) return
    }
  }
}

/** `byte 1234` or, inside a packed stretch that begins there, `byte 1234 + 56`. */
export function placeName({ byte, inside }: Place): string {
  return inside === undefined ? `byte ${byte}` : `byte ${byte} + ${inside}`
}
