import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { entrySize, headAt, longestShort, payloadAt, ShortWords } from '../tables/short-words.ts'
import type { WordCounts } from './word-counts.ts'

/** As many short words as a table of 64 MiB holds. */
export const defaultMaxWords = 3 << 19

/** A short word's count is kept in two integers; the low one carries over at this. */
const carry = 1 << 30

/**
 * Counts of distinct words. When there would be more than `maxWords`, those that have come once are given up, then those that have come
 * twice, and so on, until half are left: what is frequent in the end was hardly ever rare for so long (Manku and Motwani 2002).
 */
export class WordTable {
  #short = new ShortWords(1 << 13)
  #long = new ByteStrings({ strings: 1 << 10, bytes: 1 << 15 })
  #longCounts = new Float64Array(1 << 10)
  readonly #maxWords: number
  readonly #pruned = { words: 0, occurrences: 0 }
  #bytes: Uint8Array | undefined
  #view: DataView = new DataView(new ArrayBuffer(0))

  constructor(maxWords = defaultMaxWords) {
    this.#maxWords = maxWords
  }

  get size(): number {
    return this.#short.size + this.#long.size
  }

  /** Counts `bytes[at … end)` once more, or `times` more. */
  add(bytes: Uint8Array, at: number, end: number, times = 1): void {
    const length = end - at
    if (length > longestShort || at + longestShort > bytes.byteLength) {
      if (length > longestShort) this.#addLong(bytes, at, end, times)
      // Too near to the end of the buffer for reading 16 bytes.
      else if (length > 0) this.add(spare(bytes, at, end), 0, length, times)
      return
    }
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    let place = this.#short.find(this.#view, at, length)
    if (place < 0) {
      if (this.size >= this.#maxWords) this.#prune()
      place = this.#short.add()
    }
    const { entries } = this.#short
    const low = entries[place + payloadAt]! + times
    if (low < carry) entries[place + payloadAt] = low
    else this.#setCount(place, this.#countOf(place) + times)
  }

  #countOf(place: number): number {
    const { entries } = this.#short
    return entries[place + payloadAt + 1]! * carry + entries[place + payloadAt]!
  }

  #setCount(place: number, count: number): void {
    this.#short.entries[place + payloadAt] = count % carry
    this.#short.entries[place + payloadAt + 1] = Math.floor(count / carry)
  }

  #addLong(bytes: Uint8Array, at: number, end: number, times: number): void {
    const hash = hashBytes(bytes, at, end)
    if (this.size >= this.#maxWords && this.#long.find(bytes, at, end, hash) < 0) this.#prune()
    const word = this.#long.add(bytes, at, end, hash)
    if (word >= this.#longCounts.length) {
      const grown = new Float64Array(this.#longCounts.length * 2)
      grown.set(this.#longCounts)
      this.#longCounts = grown
    }
    this.#longCounts[word]! += times
  }

  #prune(): void {
    let rare = 1
    let given = this.#upTo(rare)
    while (this.size - given.words > this.#maxWords / 2) given = this.#upTo(++rare)
    this.#pruned.words += given.words
    this.#pruned.occurrences += given.occurrences
    this.#short.keep(place => this.#countOf(place) > rare)
    const [long, counts] = [this.#long, this.#longCounts]
    this.#long = new ByteStrings({ strings: 1 << 10, bytes: 1 << 15 })
    this.#longCounts = new Float64Array(1 << 10)
    for (let i = 0; i < long.size; i++) {
      if (counts[i]! > rare) this.#addLong(long.arena, long.starts[i]!, long.starts[i + 1]!, counts[i]!)
    }
  }

  /** Words that have come up to `most` times, and how often they have come together. */
  #upTo(most: number): { words: number; occurrences: number } {
    const found = { words: 0, occurrences: 0 }
    const look = (count: number): void => {
      if (count > most) return
      found.words++
      found.occurrences += count
    }
    const { entries } = this.#short
    for (let i = 0; i < entries.length; i += entrySize) if (entries[i + headAt] !== 0) look(this.#countOf(i))
    for (let i = 0; i < this.#long.size; i++) look(this.#longCounts[i]!)
    return found
  }

  /** Gives the memory back. */
  clear(): void {
    this.#short = new ShortWords(2)
    this.#long = new ByteStrings({ strings: 2, bytes: 16 })
    this.#longCounts = new Float64Array(2)
    this.#bytes = undefined
  }

  /** @param textBytes of the texts, which the table does not know */
  result(textBytes: number): WordCounts {
    const { entries } = this.#short
    const { size } = this
    const counts = new Float64Array(size)
    const starts = new Int32Array(size + 1)
    let bytes = this.#long.bytes
    for (let i = 0; i < entries.length; i += entrySize) bytes += entries[i + headAt]!
    // Some to spare, so that 16 bytes can be read everywhere.
    const arena = new Uint8Array(bytes + longestShort)
    let word = 0
    let at = 0
    for (let i = 0; i < entries.length; i += entrySize) {
      const length = entries[i + headAt]!
      if (length === 0) continue
      for (let k = 0; k < length; k++) arena[at + k] = (entries[i + (k >> 2)]! >> (8 * (k & 3))) & 0xff
      counts[word] = this.#countOf(i)
      at += length
      starts[++word] = at
    }
    for (let i = 0; i < this.#long.size; i++) {
      const long = this.#long.get(i)
      arena.set(long, at)
      counts[word] = this.#longCounts[i]!
      at += long.length
      starts[++word] = at
    }
    const pruned = { ...this.#pruned }
    return { size, arena: arena.subarray(0, bytes), starts, counts, bytes: textBytes, pruned }
  }
}

const spared = new Uint8Array(longestShort)

/** A short word where 16 bytes can be read. */
function spare(bytes: Uint8Array, at: number, end: number): Uint8Array {
  spared.fill(0)
  for (let i = at; i < end; i++) spared[i - at] = bytes[i]!
  return spared
}
