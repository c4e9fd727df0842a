/**
 * A set of byte strings, numbered in the order in which they were added: an open-addressing hash table of integers over one
 * arena of bytes, so that a million words cost a million integers, not a million objects.
 */
export class ByteStrings {
  size = 0
  /** All strings, end to end; string `i` is `arena[starts[i] … starts[i + 1])`. */
  arena: Uint8Array
  starts: Int32Array
  /** Pairs of (hash, index + 1); 0 marks a free slot. */
  #slots: Int32Array
  #mask: number

  constructor(options: { strings?: number; bytes?: number } = {}) {
    const slots = powerOfTwo((options.strings ?? 512) * 2)
    this.#slots = new Int32Array(slots * 2)
    this.#mask = slots - 1
    this.starts = new Int32Array((options.strings ?? 512) + 1)
    this.arena = new Uint8Array(options.bytes ?? 4096)
  }

  /** Index of `bytes[at … end)`, or -1. `hash` is `hashBytes` of the same bytes. */
  find(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const slots = this.#slots
    const mask = this.#mask
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot * 2 + 1]!
      if (entry === 0) return -1
      if (slots[slot * 2] === hash && this.#equals(entry - 1, bytes, at, end)) return entry - 1
    }
  }

  /** Index of `bytes[at … end)`, which is added if it is new: then the index is the former `size`. */
  add(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const found = this.find(bytes, at, end, hash)
    if (found >= 0) return found
    if (this.size * 2 > this.#mask) this.#growSlots()
    const index = this.size++
    const start = this.starts[index]!
    const stop = start + end - at
    if (stop > this.arena.length) this.#growArena(stop)
    if (index + 1 >= this.starts.length) this.starts = grow(this.starts, this.starts.length * 2)
    this.starts[index + 1] = stop
    const { arena } = this
    for (let i = at, o = start; i < end; i++, o++) arena[o] = bytes[i]!
    this.#insert(hash, index)
    return index
  }

  get(index: number): Uint8Array {
    return this.arena.subarray(this.starts[index]!, this.starts[index + 1]!)
  }

  /** Bytes of all strings together. */
  get bytes(): number {
    return this.starts[this.size]!
  }

  clear(): void {
    this.#slots.fill(0)
    this.size = 0
  }

  #equals(index: number, bytes: Uint8Array, at: number, end: number): boolean {
    const start = this.starts[index]!
    const length = end - at
    if (this.starts[index + 1]! - start !== length) return false
    const { arena } = this
    for (let i = 0; i < length; i++) if (arena[start + i] !== bytes[at + i]) return false
    return true
  }

  #insert(hash: number, index: number): void {
    let slot = hash & this.#mask
    while (this.#slots[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot * 2] = hash
    this.#slots[slot * 2 + 1] = index + 1
  }

  #growSlots(): void {
    const before = this.#slots
    this.#slots = new Int32Array(before.length * 2)
    this.#mask = before.length - 1
    for (let i = 0; i < before.length; i += 2) if (before[i + 1] !== 0) this.#insert(before[i]!, before[i + 1]! - 1)
  }

  #growArena(needed: number): void {
    if (needed > 0x7fffffff) throw new RangeError(`distinct words need ${needed} bytes, at most 2147483647 can be held`)
    const arena = new Uint8Array(Math.min(0x7fffffff, Math.max(needed, this.arena.length * 2)))
    arena.set(this.arena)
    this.arena = arena
  }
}

/** FNV-1a, 32 bits, with a last mix so that the low bits depend on every byte. */
export function hashBytes(bytes: Uint8Array, at: number, end: number): number {
  let hash = hashStart
  for (let i = at; i < end; i++) hash = hashStep(hash, bytes[i]!)
  return hashEnd(hash)
}

// The same byte by byte, for the hashes of all beginnings of a string.
export const hashStart = 0x811c9dc5 | 0

export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193)
}

export function hashEnd(hash: number): number {
  return hash ^ (hash >>> 15)
}

export function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, atLeast)))
}

function grow(values: Int32Array, length: number): Int32Array {
  const grown = new Int32Array(length)
  grown.set(values)
  return grown
}
