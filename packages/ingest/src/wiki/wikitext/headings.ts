import { LF, SPACE } from './bytes.ts'

/** Headings that nothing has followed yet: one without a text is left out, be it that its list of references has gone. */
export class Headings {
  #starts: number[] = []
  #ends: number[] = []
  #levels: number[] = []

  clear(): void {
    this.#starts.length = 0
    this.#ends.length = 0
    this.#levels.length = 0
  }

  /**
   * A heading of `level` comes, or with 0 the end.
   *
   * @returns where the text ends without the empty sections before it
   */
  prune(out: Uint8Array, at: number, level: number): number {
    let to = at
    while (this.#starts.length > 0) {
      const last = this.#starts.length - 1
      // It was part of something that has gone.
      if (this.#ends[last]! > to) {
        this.#pop()
        continue
      }
      let end = to
      while (end > this.#ends[last]! && (out[end - 1] === LF || out[end - 1] === SPACE)) end--
      if (end > this.#ends[last]!) {
        this.clear()
        break
      }
      if (this.#levels[last]! < level) break
      to = this.#starts[last]!
      this.#pop()
    }
    return to
  }

  add(start: number, end: number, level: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
    this.#levels.push(level)
  }

  #pop(): void {
    this.#starts.pop()
    this.#ends.pop()
    this.#levels.pop()
  }
}
