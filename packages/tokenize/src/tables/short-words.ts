// A word of up to 16 bytes as four integers: read at once, hashed and compared without a loop over bytes. An entry of eight
// integers holds the word, its length, and what is known of it: half a line of the processor's cache.

/** Bytes of the longest word that the table holds. */
export const longestShort = 16

/** Integers of an entry: the word's 16 bytes, a head, and three that belong to whoever uses the table. */
export const entrySize = 8
/** Place of the head in an entry: its low five bits are the word's length, the others the user's. */
export const headAt = 4
export const payloadAt = 5

/** Of a word's length: what stays of the four integers read. Looked up: a branch on the length is guessed wrong too often. */
const masks = Array.from({ length: 4 }, (_, part) =>
  Int32Array.from({ length: longestShort + 1 }, (_, length) => {
    const bytes = Math.max(0, Math.min(4, length - 4 * part))
    return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1
  }),
) as [Int32Array, Int32Array, Int32Array, Int32Array]
const [maskA, maskB, maskC, maskD] = masks

/** Slots from which on a table is filled to three quarters before it grows: by then memory counts for more than a longer search. */
const large = 1 << 21

/** A table of words of 1 to 16 bytes: open addressing over one array of integers. */
export class ShortWords {
  /** All entries; another array after `add`. An entry whose head is 0 is free. */
  entries: Int32Array
  size = 0
  #mask: number
  // The word that `find` was asked for last: `add` puts it in.
  #a = 0
  #b = 0
  #c = 0
  #d = 0
  #length = 0

  /** @param capacity words that it holds before it grows; a power of two */
  constructor(capacity = 1024) {
    this.entries = new Int32Array(capacity * 2 * entrySize)
    this.#mask = capacity * 2 - 1
  }

  /**
   * Place in `entries` of the word's entry, or -1.
   *
   * @param view 16 bytes from `at` on can be read
   * @param length of the word, 1 to 16
   */
  find(view: DataView, at: number, length: number): number {
    const a = view.getInt32(at, true) & maskA[length]!
    const b = view.getInt32(at + 4, true) & maskB[length]!
    const c = view.getInt32(at + 8, true) & maskC[length]!
    const d = view.getInt32(at + 12, true) & maskD[length]!
    const { entries } = this
    const mask = this.#mask
    for (let slot = hash(a, b, c, d, length) & mask; ; slot = (slot + 1) & mask) {
      const i = slot * entrySize
      const head = entries[i + headAt]!
      if (head === 0) break
      if (
        entries[i] === a &&
        entries[i + 1] === b &&
        entries[i + 2] === c &&
        entries[i + 3] === d &&
        (head & 31) === length
      ) {
        return i
      }
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    this.#length = length
    return -1
  }

  /** Puts in the word that `find` was asked for last and did not find. Returns the place of its entry, whose head is its length. */
  add(): number {
    if (this.size >= this.#most) this.#grow()
    this.size++
    const { entries } = this
    const i = this.#free(this.#a, this.#b, this.#c, this.#d, this.#length)
    entries[i] = this.#a
    entries[i + 1] = this.#b
    entries[i + 2] = this.#c
    entries[i + 3] = this.#d
    entries[i + headAt] = this.#length
    return i
  }

  clear(): void {
    this.entries.fill(0)
    this.size = 0
  }

  /** Words that fit in before the table grows. */
  get #most(): number {
    const slots = this.#mask + 1
    return slots < large ? slots / 2 : (slots / 4) * 3
  }

  /** Throws out the words whose entry, by its place, is not wanted. Needs memory for those that stay, not for another table. */
  keep(wanted: (place: number) => boolean): void {
    const { entries } = this
    let kept = 0
    for (let i = 0; i < entries.length; i += entrySize) if (entries[i + headAt] !== 0 && wanted(i)) kept++
    const staying = new Int32Array(kept * entrySize)
    for (let i = 0, to = 0; i < entries.length; i += entrySize) {
      if (entries[i + headAt] === 0 || !wanted(i)) continue
      staying.set(entries.subarray(i, i + entrySize), to)
      to += entrySize
    }
    entries.fill(0)
    this.size = kept
    this.#put(staying)
  }

  #free(a: number, b: number, c: number, d: number, length: number): number {
    let slot = hash(a, b, c, d, length) & this.#mask
    while (this.entries[slot * entrySize + headAt] !== 0) slot = (slot + 1) & this.#mask
    return slot * entrySize
  }

  #grow(): void {
    const before = this.entries
    this.entries = new Int32Array(before.length * 2)
    this.#mask = this.entries.length / entrySize - 1
    this.#put(before)
  }

  /** Puts in entries of another array. */
  #put(from: Int32Array): void {
    for (let i = 0; i < from.length; i += entrySize) {
      const head = from[i + headAt]!
      if (head === 0) continue
      const to = this.#free(from[i]!, from[i + 1]!, from[i + 2]!, from[i + 3]!, head & 31)
      for (let k = 0; k < entrySize; k++) this.entries[to + k] = from[i + k]!
    }
  }
}

function hash(a: number, b: number, c: number, d: number, length: number): number {
  let mixed = Math.imul(a ^ Math.imul(c, 0x27d4eb2f), 0x9e3779b1) ^ Math.imul(b ^ Math.imul(d, 0x165667b1), 0x85ebca77)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ length, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 16)
}
