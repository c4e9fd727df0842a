/** Gives equal stretches of bytes equal numbers, 0, 1, 2 …; and equal pairs of numbers, too. Emptied in no time. */
export class Interner {
  #slots = new Int32Array(1 << 12)
  /** Which filling a slot belongs to: those of earlier ones count as empty. */
  #stamps = new Int32Array(1 << 12)
  #stamp = 1
  #hashes = new Int32Array(1 << 11)
  /** Of entry i: two numbers, the place of the bytes or the pair. */
  #left = new Int32Array(1 << 11)
  #right = new Int32Array(1 << 11)
  count = 0

  clear(): void {
    this.count = 0
    this.#stamp++
  }

  /** Number of the bytes from `start` to `end`. */
  bytes(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x5bd1e995)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 16)) & mask
    for (; this.#stamps[slot] === this.#stamp; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!
      if (this.#hashes[entry] === hash && this.#equal(bytes, entry, start, end)) return entry
    }
    return this.#add(slot, hash, start, end)
  }

  /** Number of a pair of numbers. */
  pair(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 16)) & mask
    for (; this.#stamps[slot] === this.#stamp; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!
      if (this.#left[entry] === left && this.#right[entry] === right) return entry
    }
    return this.#add(slot, hash, left, right)
  }

  #equal(bytes: Uint8Array, entry: number, start: number, end: number): boolean {
    const from = this.#left[entry]!
    if (this.#right[entry]! - from !== end - start) return false
    for (let i = from, j = start; j < end; i++, j++) if (bytes[i] !== bytes[j]) return false
    return true
  }

  #add(slot: number, hash: number, left: number, right: number): number {
    const entry = this.count++
    if (entry === this.#hashes.length) this.#growEntries()
    this.#hashes[entry] = hash
    this.#left[entry] = left
    this.#right[entry] = right
    this.#slots[slot] = entry
    this.#stamps[slot] = this.#stamp
    if (this.count * 2 > this.#slots.length) this.#growSlots()
    return entry
  }

  #growEntries(): void {
    const larger = (array: Int32Array) => {
      const copy = new Int32Array(array.length * 2)
      copy.set(array)
      return copy
    }
    this.#hashes = larger(this.#hashes)
    this.#left = larger(this.#left)
    this.#right = larger(this.#right)
  }

  #growSlots(): void {
    const mask = this.#slots.length * 2 - 1
    this.#slots = new Int32Array(mask + 1)
    this.#stamps = new Int32Array(mask + 1)
    this.#stamp = 1
    for (let entry = 0; entry < this.count; entry++) {
      const hash = this.#hashes[entry]!
      let slot = (hash ^ (hash >>> 16)) & mask
      while (this.#stamps[slot] === 1) slot = (slot + 1) & mask
      this.#slots[slot] = entry
      this.#stamps[slot] = 1
    }
  }
}
