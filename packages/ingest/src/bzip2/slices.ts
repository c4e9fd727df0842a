import type { ByteReader } from '../bytes/reader.ts'
import { type Mark, magicBytes, markAt, nextMark } from './magic.ts'
import { longestPacked, padding } from './space.ts'

/** The stretch of a file from one magic to the next. Now and then chance makes a magic inside a block. */
export interface Slice {
  readonly mark: Mark
  /** The bit of the file that its magic begins at. */
  readonly bit: number
  /** From the byte with that bit to the byte with the next magic's first, and `padding` behind. Nobody else's. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether the file ends with it. */
  readonly final: boolean
}

/** What is before the first magic, and the slices. */
export interface Sliced {
  /** At most 16 bytes from the reader's first. */
  readonly head: Uint8Array
  readonly slices: AsyncIterable<Slice>
}

const chunk = 256 * 1024
/** Bytes that a slice may have: a block that is longer is none. */
const most = Math.ceil(longestPacked) + chunk

/**
 * Cuts a bzip2 file at its magics. Holds the longest slice and a chunk, at most 5 MB. When the reader fails, what it gave is
 * given out as slices before the error is.
 *
 * @param start the byte of the file that the reader's next one is
 */
export async function sliced(reader: ByteReader, start: number): Promise<Sliced> {
  let window = new Uint8Array(2 * chunk)
  let base = start
  let held = 0
  let ended = false
  let failure: { error: unknown } | undefined

  async function more(): Promise<void> {
    if (held + chunk > window.length) {
      const larger = new Uint8Array(2 * window.length)
      larger.set(window.subarray(0, held))
      window = larger
    }
    const read = await reader.read(window.subarray(held, held + chunk)).catch((error: unknown) => {
      failure = { error }
      return 0
    })
    held += read
    ended = read === 0
  }

  async function* slices(): AsyncGenerator<Slice, void, undefined> {
    // Bits are counted from the window's first.
    let first = -1
    let searched = 0
    for (;;) {
      const bytes = window.subarray(0, held)
      const found = nextMark(bytes, searched, ended ? held : held - magicBytes)
      if (first >= 0 && (found >= 0 || ended || held - (first >> 3) > most)) {
        const from = first >> 3
        const to = found >= 0 ? (found + 7) >> 3 : held
        const mark = markAt(bytes, first)!
        const own = new Uint8Array(to - from + padding)
        own.set(bytes.subarray(from, to))
        yield { mark, bit: base * 8 + first, bytes: own, final: found < 0 && ended }
      }
      if (found >= 0) {
        first = found
        searched = found + 1
        continue
      }
      if (ended) break
      // Found none: what is left to keep is the open slice, or the last bytes, where half a magic may be.
      const oversize = first >= 0 && held - (first >> 3) > most
      if (oversize) first = -1
      const keep = first >= 0 ? first >> 3 : Math.max(0, held - magicBytes)
      window.copyWithin(0, keep, held)
      held -= keep
      base += keep
      if (first >= 0) first -= keep * 8
      searched = Math.max(first + 1, (held - magicBytes) * 8, 0)
      await more()
    }
    if (failure) throw failure.error
  }

  while (held < 16 && !ended) await more()
  return { head: window.slice(0, Math.min(16, held)), slices: slices() }
}
