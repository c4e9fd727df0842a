/** What can be open: `{{`, `[[`, `[http:…`, `{|`, `<table>`, `-{`. */
export const BRACES = 1
export const LINK = 2
export const EXTERNAL = 3
export const TABLE = 4
export const ELEMENT = 5
export const VARIANT = 6

/**
 * What is open, the innermost last, without a limit of depth. What turns out never to be closed is text: so nothing is ever looked
 * ahead for, and a text is gone through once.
 */
export class Frames {
  depth = 0
  kinds = new Uint8Array(64)
  /** Where its own opening mark was written. */
  starts = new Int32Array(64)
  /** Braces that have not been closed yet. */
  braces = new Int32Array(64)
  /** Where its own pipes begin among `pipes`. */
  pipeBases = new Int32Array(64)
  /** Where pipes of what is open were written. */
  pipes = new Int32Array(256)
  pipeCount = 0
  /** How many of each kind are open. */
  readonly open = new Int32Array(8)

  clear(): void {
    this.depth = 0
    this.pipeCount = 0
    this.open.fill(0)
  }

  /** The kind of the innermost, 0 if nothing is open. */
  get top(): number {
    return this.depth === 0 ? 0 : this.kinds[this.depth - 1]!
  }

  push(kind: number, start: number, braces = 0): void {
    if (this.depth === this.kinds.length) this.#grow()
    const at = this.depth++
    this.kinds[at] = kind
    this.starts[at] = start
    this.braces[at] = braces
    this.pipeBases[at] = this.pipeCount
    this.open[kind]!++
  }

  /** Closes the innermost. */
  pop(): void {
    const at = --this.depth
    this.open[this.kinds[at]!]!--
    this.pipeCount = this.pipeBases[at]!
  }

  addPipe(at: number): void {
    if (this.pipeCount === this.pipes.length) {
      const larger = new Int32Array(2 * this.pipes.length)
      larger.set(this.pipes)
      this.pipes = larger
    }
    this.pipes[this.pipeCount++] = at
  }

  /** One byte was put in before `from`. */
  shift(from: number): void {
    for (let i = this.depth - 1; i >= 0 && this.starts[i]! >= from; i--) this.starts[i]!++
    for (let i = this.pipeCount - 1; i >= 0 && this.pipes[i]! >= from; i--) this.pipes[i]!++
  }

  #grow(): void {
    const size = 2 * this.kinds.length
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
    for (const name of ['starts', 'braces', 'pipeBases'] as const) {
      const larger = new Int32Array(size)
      larger.set(this[name])
      this[name] = larger
    }
  }
}
