import { powerOfTwo } from './byte-strings.ts'

/**
 * A set of pairs of non-negative 31-bit integers, numbered in the order in which they were added. A number that was given up by
 * `remove` is given to the next new pair.
 */
export class Pairs {
  /** Numbers given so far. */
  size = 0
  /** Of pair `i`. */
  left: Int32Array
  right: Int32Array
  /** Index + 1; 0 marks a free slot. */
  #slots: Int32Array
  #mask: number
  readonly #free: number[] = []

  constructor(capacity = 1024) {
    const slots = powerOfTwo(capacity * 2)
    this.#slots = new Int32Array(slots)
    this.#mask = slots - 1
    this.left = new Int32Array(slots / 2)
    this.right = new Int32Array(slots / 2)
  }

  /** Index of the pair, or -1. */
  find(left: number, right: number): number {
    const mask = this.#mask
    for (let slot = hashPair(left, right) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]! - 1
      if (index < 0 || (this.left[index] === left && this.right[index] === right)) return index
    }
  }

  /** Index of the pair, which is added if it is new: then the index is the former `size`, or one that was given up. */
  add(left: number, right: number): number {
    const found = this.find(left, right)
    if (found >= 0) return found
    let index = this.#free.pop()
    if (index === undefined) {
      if (this.size === this.left.length) this.#grow()
      index = this.size++
    }
    this.left[index] = left
    this.right[index] = right
    this.#insert(index)
    return index
  }

  /** Takes out the pair of this index. */
  remove(index: number): void {
    const [slots, mask] = [this.#slots, this.#mask]
    const home = (of: number) => hashPair(this.left[of]!, this.right[of]!) & mask
    let hole = home(index)
    while (slots[hole] !== index + 1) hole = (hole + 1) & mask
    // What stands behind it moves up, unless it would then stand before its home.
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (((slot - home(slots[slot]! - 1)) & mask) < ((slot - hole) & mask)) continue
      slots[hole] = slots[slot]!
      hole = slot
    }
    slots[hole] = 0
    this.#free.push(index)
  }

  #insert(index: number): void {
    let slot = hashPair(this.left[index]!, this.right[index]!) & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = index + 1
  }

  #grow(): void {
    const slots = this.#slots.length * 2
    const { left, right } = this
    this.#slots = new Int32Array(slots)
    this.#mask = slots - 1
    this.left = new Int32Array(slots / 2)
    this.right = new Int32Array(slots / 2)
    this.left.set(left)
    this.right.set(right)
    for (let index = 0; index < this.size; index++) this.#insert(index)
  }
}

function hashPair(left: number, right: number): number {
  const mixed = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
