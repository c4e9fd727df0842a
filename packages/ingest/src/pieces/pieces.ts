import type { ByteReader } from '../bytes/reader.ts'
import { type Boundary, emergencyCut, lastBoundary } from './boundary.ts'

export interface PieceOptions {
  readonly boundary: Boundary
  /** Bytes that a piece has at most, as long as there is a boundary among them. Default 256 KiB. */
  readonly target?: number
  /** Bytes over which a piece is cut though there is no boundary in it. */
  readonly limit: number
  /** Bytes of the pieces that such a stretch is cut into. Default: the limit. */
  readonly part?: number
  /** Whether the reader stands inside such a stretch. Default false. */
  readonly inside?: boolean
  /** Bytes of the text before the reader's next one: where a resumed reader stands. Default 0. */
  readonly start?: number
  /**
   * Whether the next bytes are read while a piece is being worked on: only of a reader that nobody keeps waiting, for whoever leaves
   * waits for that read. Default false.
   */
  readonly ahead?: boolean
}

/** Where pieces come from. */
export interface PieceReader extends ByteReader {
  encoding?(): string | undefined
}

/** A stretch of UTF-8. Pieces follow each other without a gap. */
export interface Piece {
  /** Valid until the next piece is asked for. */
  readonly bytes: Buffer
  /** Bytes of text before it and up to its end. */
  readonly start: number
  readonly end: number
  /** Whether it ends at a boundary or with the text. False: cut at the limit. */
  readonly whole: boolean
  /** What the reader said of its encoding before it went on behind the piece. */
  readonly encoding: string | undefined
}

/**
 * Cuts a text into pieces that end at boundaries. How it is cut depends on the text from a piece's start alone, never on how
 * the bytes arrive, so that a reader resumed at a piece's end goes on with the very same pieces.
 *
 * Holds one buffer, as long as the longest piece so far; reading ahead takes a second one. When the reader fails, what is whole is given
 * out before the error is.
 */
export async function* piecesOf(reader: PieceReader, options: PieceOptions): AsyncGenerator<Piece, void, undefined> {
  const { boundary, limit, part = limit } = options
  const target = Math.min(options.target ?? 256 * 1024, limit)
  const extentOf = (inside: boolean): number => (inside ? Math.min(part, target) : target)
  let { inside = false } = options
  let window: Buffer = Buffer.allocUnsafeSlow(Math.min(target + 1, 64 * 1024))
  let other: Buffer = Buffer.alloc(0)
  let start = options.start ?? 0
  let held = 0
  let failure: { error: unknown } | undefined
  let ended = false
  let ahead: Promise<number> | undefined
  const read = (into: Buffer): Promise<number> =>
    reader.read(into).catch((error: unknown) => {
      failure = { error }
      return 0
    })
  try {
    for (;;) {
      let extent = extentOf(inside)
      const most = inside ? part : limit
      let searched = 0
      let cut = 0
      let whole = true
      for (;;) {
        // One byte more than is searched, so that it is known what follows the last one.
        while (held < extent + 1 && !ended) {
          if (held === window.length) window = grown(window, held, Math.min(extent + 1, 4 * held))
          const count = await (ahead ?? read(window.subarray(held, extent + 1)))
          ahead = undefined
          held += count
          ended = count === 0
        }
        if (ended && held <= extent) {
          cut = failure ? lastBoundary(window.subarray(0, held), boundary, 0, held) : held
          break
        }
        cut = lastBoundary(window.subarray(0, held), boundary, searched, extent)
        if (cut > 0) break
        if (extent >= most) {
          cut = emergencyCut(window.subarray(0, held), Math.min(extent, part))
          whole = false
          break
        }
        searched = extent - 1
        extent = Math.min(most, 2 * extent)
      }
      const rest = held - cut
      const next = extentOf(!whole) + 1
      const bytes = window.subarray(0, cut)
      const encoding = reader.encoding?.()
      if (options.ahead && !ended && rest < next) {
        if (other.length < next) other = Buffer.allocUnsafeSlow(next)
        window.copy(other, 0, cut, held)
        ;[window, other] = [other, window]
        ahead = read(window.subarray(rest, next))
      }
      if (cut > 0) yield { bytes, start, end: start + cut, whole, encoding }
      if (ended && (cut === held || cut === 0)) {
        if (failure) throw failure.error
        return
      }
      if (!ahead) window.copyWithin(0, cut, held)
      inside = !whole
      held = rest
      start += cut
    }
  } finally {
    // Whoever closes the reader next may rely on it that nothing is under way.
    await ahead
  }
}

function grown(window: Buffer, held: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size)
  window.copy(larger, 0, 0, held)
  return larger
}
