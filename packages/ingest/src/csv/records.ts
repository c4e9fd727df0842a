import type { ByteReader } from '../bytes/reader.ts'
import { type FieldPlaces, fieldText, scanRecord, unclosed, unfinished } from './scan.ts'

export interface CsvRecord {
  /** Bytes of UTF-8 before it and up to its end. */
  readonly start: number
  readonly end: number
  /** Fields; 0 for a blank line and where the record is broken. */
  readonly count: number
  /** The bytes that it stands in, valid until the next record is asked for. */
  readonly bytes: Buffer
  field(n: number): string
  /** Why it is none. Reading goes on after its first line. */
  readonly broken?: string
}

export interface CsvRecordsOptions {
  /** The byte that separates fields. */
  readonly separator: number
  /** Bytes over which a record is broken, so that a quote which is never closed does not fill the memory. */
  readonly limit: number
  /** Bytes of the text before the reader's next one. Default 0. */
  readonly start?: number
}

const mark = Buffer.from('\ufeff')

/** Cuts UTF-8 into records. Where a record ends depends on the bytes alone, never on how they arrive. */
export function csvRecords(reader: ByteReader, options: CsvRecordsOptions): { next(): Promise<CsvRecord | undefined> } {
  const { separator, limit } = options
  let window: Buffer = Buffer.allocUnsafeSlow(Math.min(limit + 1, 64 * 1024))
  let base = options.start ?? 0
  let at = 0
  let held = 0
  let ended = false
  // What stands before a fault in the file is whole, and given out first.
  let failure: { error: unknown } | undefined
  const fields: FieldPlaces = { count: 0, places: new Int32Array(96) }

  /** Makes room behind what is held, or more of it, and reads into it. */
  async function more(): Promise<void> {
    if (at > 0) {
      window.copyWithin(0, at, held)
      base += at
      held -= at
      at = 0
    }
    if (held === window.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(limit + 1, 2 * held))
      window.copy(larger, 0, 0, held)
      window = larger
    }
    // Full before it is looked at again: a long record must not be scanned once for every few bytes that come.
    while (held < window.length && !ended && !failure) {
      const read = await reader.read(window.subarray(held)).catch((error: unknown) => {
        failure = { error }
        return -1
      })
      if (read < 0) return
      held += read
      ended = read === 0
    }
  }

  function broken(why: string): CsvRecord {
    const feed = window.subarray(0, held).indexOf(0x0a, at)
    const end = feed < 0 ? held : feed + 1
    const record = { start: base + at, end: base + end, count: 0, bytes: window.subarray(at, end), field: () => '' }
    at = end
    return { ...record, broken: why }
  }

  return {
    async next() {
      if (at === held && !ended && !failure) await more()
      for (;;) {
        if (at === held && ended) return undefined
        const from = base + at === 0 && window.subarray(0, 3).equals(mark) && held >= 3 ? 3 : at
        const end = scanRecord(window, from, held, ended, separator, fields)
        if (end === unclosed) return broken('a quote is not closed')
        if (end !== unfinished) {
          const places = fields.places
          const blank = fields.count === 1 && places[0] === places[1]
          const record = {
            start: base + at,
            end: base + end,
            count: blank ? 0 : fields.count,
            bytes: window.subarray(at, end),
            field: (n: number) => fieldText(window, fields, n),
          }
          at = end
          return record
        }
        if (failure) throw failure.error
        if (held - at > limit) return broken(`a record has over ${limit} bytes`)
        await more()
      }
    },
  }
}
