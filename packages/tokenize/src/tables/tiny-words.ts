// Words of up to eight bytes, most of all words, in entries of 16 bytes: what is looked up again and again fits in the processor's
// nearer caches, and one line of them holds four entries.

/** Bytes of the longest word that the table holds. */
export const longestTiny = 8

/** Integers of an entry: the word's eight bytes, zeros after them, and two that belong to whoever uses the table. */
export const tinySize = 4
export const tinyPayloadAt = 2

/**
 * What stays of the two integers read at a word, given its length: `tinyMasks[2 * length]` and the one after it. Looked up: a branch
 * on the length is guessed wrong too often.
 */
export const tinyMasks: Int32Array = Int32Array.from({ length: 2 * (longestTiny + 1) }, (_, i) => {
  const bytes = Math.max(0, Math.min(4, (i >> 1) - 4 * (i & 1)))
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1
})

/** Hash of a word's two integers, masked. Its high bits are the good ones. */
export function hashTiny(a: number, b: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
}

/**
 * A table of words of 1 to 8 bytes, none of which ends with the byte 0: open addressing over one array of integers. A loop that must
 * be fast looks at the first place itself, which is `(hash >>> shift) * tinySize`.
 */
export class TinyWords {
  /** All entries; another array after `add`. An entry whose first payload is 0 is free: whoever adds one sets it. */
  entries: Int32Array
  /** Of a hash: what is left is the slot. Another number after `add`. */
  shift: number
  size = 0
  readonly #capacity: number

  /** @param capacity words that it holds before it grows; a power of two */
  constructor(capacity = 1024) {
    this.#capacity = capacity
    this.entries = new Int32Array(capacity * 2 * tinySize)
    this.shift = Math.clz32(capacity * 2 - 1)
  }

  /** Place in `entries` of the word's entry, or of the free one where it would stand. */
  find(a: number, b: number): number {
    const { entries } = this
    let i = (hashTiny(a, b) >>> this.shift) * tinySize
    while (entries[i + tinyPayloadAt] !== 0 && (entries[i] !== a || entries[i + 1] !== b)) {
      i += tinySize
      if (i === entries.length) i = 0
    }
    return i
  }

  /** Puts in a word that is not there. Returns the place of its entry, whose payload is 0. */
  add(a: number, b: number): number {
    if (this.size * 2 * tinySize >= this.entries.length) this.#grow()
    this.size++
    const i = this.find(a, b)
    this.entries[i] = a
    this.entries[i + 1] = b
    return i
  }

  /** Forgets all words. */
  clear(): void {
    this.entries = new Int32Array(this.#capacity * 2 * tinySize)
    this.shift = Math.clz32(this.#capacity * 2 - 1)
    this.size = 0
  }

  #grow(): void {
    const before = this.entries
    this.entries = new Int32Array(before.length * 2)
    this.shift--
    for (let i = 0; i < before.length; i += tinySize) {
      if (before[i + tinyPayloadAt] === 0) continue
      const to = this.find(before[i]!, before[i + 1]!)
      for (let k = 0; k < tinySize; k++) this.entries[to + k] = before[i + k]!
    }
  }
}
