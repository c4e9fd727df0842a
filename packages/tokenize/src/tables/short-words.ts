import { Ids } from './ids.ts'

// A word of up to 16 bytes as four integers: read at once, hashed and compared without a loop over bytes. An entry of eight
// integers holds the word, its length, and its ids: half a line of the processor's cache for nearly every word of a text.

/** Bytes of the longest word that the table holds. */
export const longestShort = 16

const entry = 8
/** Ids that an entry has room for; more lie elsewhere. */
const inside = 3

/** Of a word's length: what stays of the four integers read. Looked up, because a branch on the length is guessed wrong too often. */
const masks = Array.from({ length: 4 }, (_, part) =>
  Int32Array.from({ length: longestShort + 1 }, (_, length) => {
    const bytes = Math.max(0, Math.min(4, length - 4 * part))
    return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1
  }),
) as [Int32Array, Int32Array, Int32Array, Int32Array]
const [maskA, maskB, maskC, maskD] = masks

/** Words of up to 16 bytes, each with its ids: a cache that is emptied when it is full. */
export class ShortWords {
  #entries: Int32Array
  #mask: number
  #size = 0
  readonly #most: number
  #spilled = new Ids(256)
  // The word at hand, as `find` was asked for it: `learn` stores it.
  #a = 0
  #b = 0
  #c = 0
  #d = 0
  #length = 0

  /** @param most words, a power of two; 64 bytes each */
  constructor(most: number) {
    this.#most = most
    this.#entries = new Int32Array(2048 * entry)
    this.#mask = 2047
  }

  /**
   * Appends the ids of the word that begins at `at` to `out`, if they are known.
   *
   * @param view of the text; 16 bytes from `at` on can be read
   * @param length of the word, 1 to 16
   */
  find(view: DataView, at: number, length: number, out: Ids): boolean {
    const a = view.getInt32(at, true) & maskA[length]!
    const b = view.getInt32(at + 4, true) & maskB[length]!
    const c = view.getInt32(at + 8, true) & maskC[length]!
    const d = view.getInt32(at + 12, true) & maskD[length]!
    const entries = this.#entries
    const mask = this.#mask
    for (let slot = hash(a, b, c, d, length) & mask; ; slot = (slot + 1) & mask) {
      const i = slot * entry
      const head = entries[i + 4]!
      if (head === 0) break
      if (
        entries[i] !== a ||
        entries[i + 1] !== b ||
        entries[i + 2] !== c ||
        entries[i + 3] !== d ||
        (head & 31) !== length
      ) {
        continue
      }
      const count = head >>> 5
      if (out.length + count + inside > out.values.length) out.reserve(count + inside)
      const { values } = out
      let o = out.length
      if (count <= inside) {
        // All three are written, those beyond the count are written over by the next: no branch to guess.
        values[o] = entries[i + 5]!
        values[o + 1] = entries[i + 6]!
        values[o + 2] = entries[i + 7]!
        out.length = o + count
        return true
      }
      const from = entries[i + 5]!
      const spilled = this.#spilled.values
      for (let k = from; k < from + count; k++) values[o++] = spilled[k]!
      out.length = o
      return true
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    this.#length = length
    return false
  }

  /** Stores the ids of the word that was last asked for and not found: those of `ids` from `from` on. */
  learn(ids: Ids, from: number): void {
    if (this.#size === this.#most) {
      this.#entries.fill(0)
      this.#spilled = new Ids(256)
      this.#size = 0
    }
    if (this.#size * 2 > this.#mask) this.#grow()
    const count = ids.length - from
    const i = this.#free(this.#a, this.#b, this.#c, this.#d, this.#length)
    const entries = this.#entries
    entries[i] = this.#a
    entries[i + 1] = this.#b
    entries[i + 2] = this.#c
    entries[i + 3] = this.#d
    entries[i + 4] = (count << 5) | this.#length
    if (count <= inside) for (let k = 0; k < count; k++) entries[i + 5 + k] = ids.values[from + k]!
    else {
      entries[i + 5] = this.#spilled.length
      for (let k = from; k < ids.length; k++) this.#spilled.push(ids.values[k]!)
    }
    this.#size++
  }

  #free(a: number, b: number, c: number, d: number, length: number): number {
    let slot = hash(a, b, c, d, length) & this.#mask
    while (this.#entries[slot * entry + 4] !== 0) slot = (slot + 1) & this.#mask
    return slot * entry
  }

  #grow(): void {
    const before = this.#entries
    this.#entries = new Int32Array(before.length * 2)
    this.#mask = this.#entries.length / entry - 1
    for (let i = 0; i < before.length; i += entry) {
      const head = before[i + 4]!
      if (head === 0) continue
      const to = this.#free(before[i]!, before[i + 1]!, before[i + 2]!, before[i + 3]!, head & 31)
      this.#entries.set(before.subarray(i, i + entry), to)
    }
  }
}

function hash(a: number, b: number, c: number, d: number, length: number): number {
  let mixed = Math.imul(a ^ Math.imul(c, 0x27d4eb2f), 0x9e3779b1) ^ Math.imul(b ^ Math.imul(d, 0x165667b1), 0x85ebca77)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ length, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 16)
}
