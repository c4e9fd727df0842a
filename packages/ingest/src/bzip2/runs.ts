/**
 * Undoes a block's first code: after four equal bytes comes the number of more. Can stop at any byte, for a block of 45 bytes may
 * hold 46 MB.
 */
export class RunExpander {
  readonly #block: Uint8Array
  #at = 0
  /** The byte before, and how many like it on end, at most 4. After a run: 0, so that the next one is the first of its kind. */
  #byte = -1
  #equal = 0
  /** Bytes of a run still to be written. */
  #left = 0

  constructor(block: Uint8Array) {
    this.#block = block
  }

  get done(): boolean {
    return this.#left === 0 && this.#at === this.#block.length
  }

  /** Fills `into` from `from` on, as far as the block goes. Returns where it ended. */
  expand(into: Uint8Array, from: number): number {
    const block = this.#block
    let to = this.#repeat(into, from)
    if (this.#left > 0) return to
    let at = this.#at
    let byte = this.#byte
    let equal = this.#equal
    while (at < block.length && to < into.length) {
      const next = block[at++]!
      if (equal === 4) {
        equal = 0
        this.#left = next
        this.#byte = byte
        to = this.#repeat(into, to)
        if (this.#left > 0) break
        continue
      }
      into[to++] = next
      equal = next === byte ? equal + 1 : 1
      byte = next
    }
    this.#at = at
    this.#byte = byte
    this.#equal = equal
    return to
  }

  #repeat(into: Uint8Array, from: number): number {
    if (this.#left === 0) return from
    const to = Math.min(into.length, from + this.#left)
    into.fill(this.#byte, from, to)
    this.#left -= to - from
    return to
  }
}
