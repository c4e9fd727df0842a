import { startsLikeGzip } from './gzip-header.ts'

/** A place where a member seems to begin: its byte in the file, and the length that the one before it says it has. */
interface Candidate {
  readonly byte: number
  readonly length: number
}

/** Shortest gzip member: ten bytes of header, two of data, eight of trailer. */
const shortest = 20

/**
 * Where members begin in gzip data that is unpacked in larger stretches. Data that looks like a member's beginning is taken for one
 * when the lengths in the trailers before all such places add up to what was unpacked: by chance that is so in one of 2^56.
 */
export class MemberPlaces {
  readonly #known: { at: number; byte: number }[]
  #seeming: Candidate[] = []
  #last: number

  constructor(start: number) {
    this.#known = [{ at: 0, byte: start }]
    this.#last = start
  }

  /**
   * Looks for beginnings in `bytes` from `from` on. `byte` is where `bytes[from]` lies in the file.
   *
   * @returns the index of the last one; -1 where there is none
   */
  look(bytes: Buffer, from: number, byte: number): number {
    let last = -1
    for (let at = bytes.indexOf(magic, from); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(magic, at + 1)) {
      const place = byte + at - from
      if (at < 4 || place - this.#last < shortest || !startsLikeGzip(bytes.subarray(at, at + 4))) continue
      if (this.#seeming.length < 20_000) this.#seeming.push({ byte: place, length: bytes.readUInt32LE(at - 4) })
      this.#last = place
      last = at
    }
    return last
  }

  /** Told how much was unpacked up to the last beginning that was found. */
  confirm(unpacked: number): void {
    const base = this.#known.at(-1)!.at
    const sum = this.#seeming.reduce((total, { length }) => total + length, 0)
    // One that only looks like a beginning is found by what it adds too much. The last one ends what was unpacked.
    const excess = sum - (unpacked - base)
    const wrong = excess === 0 ? -1 : this.#seeming.slice(0, -1).findIndex(({ length }) => length === excess)
    if (excess !== 0 && wrong < 0) return
    let at = base
    for (const [i, { byte, length }] of this.#seeming.entries()) {
      if (i === wrong) continue
      at += length
      this.#known.push({ at, byte })
    }
    this.#seeming = []
  }

  /** The last beginning that is known at `at` or before it. Those before that one are forgotten. */
  before(at: number): { at: number; byte: number } {
    let last = 0
    while (last + 1 < this.#known.length && this.#known[last + 1]!.at <= at) last++
    if (last > 0) this.#known.splice(0, last)
    return this.#known[0]!
  }
}

const magic = Buffer.from([0x1f, 0x8b, 0x08])
