import type { Cursor } from '../contract/frame.ts'

interface Charge {
  readonly seq: number
  readonly bytes: number
  readonly cursor: Cursor | undefined
}

/** Bytes of frames that passed a point and are not done with, in the order in which they passed. */
export class Charges {
  bytes = 0
  #list: Charge[] = []
  #first = 0

  /** @param cursor what `left` may tell the frame by */
  add(seq: number, bytes: number, cursor?: Cursor): void {
    this.#list.push({ seq, bytes, cursor })
    this.bytes += bytes
  }

  /** Takes off everything up to `seq`; whether there was anything. */
  retire(seq: number): boolean {
    const before = this.#first
    let first = before
    while (first < this.#list.length && this.#list[first]!.seq <= seq) this.bytes -= this.#list[first++]!.bytes
    this.#moveTo(first)
    return first > before
  }

  /**
   * Takes off what is done with once a frame of this `seq` and cursor has left: everything older, and of what has the same `seq`
   * (a stage that gathers gives many frames one) all up to the frame that this one goes back to, which is known by its cursor; the
   * oldest where none is.
   */
  left(seq: number, cursor: Cursor): void {
    this.retire(seq - 1)
    let end = this.#first
    while (end < this.#list.length && this.#list[end]!.seq === seq) {
      if (!covers(cursor, this.#list[end++]!.cursor)) continue
      this.#takeOff(end)
      return
    }
    if (this.#list[this.#first]?.seq === seq) this.#takeOff(this.#first + 1)
  }

  /** Of what passed after `after`, up to and including `upTo`. */
  between(after: number, upTo: number): { bytes: number; frames: number } {
    let bytes = 0
    let frames = 0
    for (let i = this.#first; i < this.#list.length; i++) {
      const charge = this.#list[i]!
      if (charge.seq <= after || charge.seq > upTo) continue
      bytes += charge.bytes
      frames++
    }
    return { bytes, frames }
  }

  #takeOff(end: number): void {
    for (let i = this.#first; i < end; i++) this.bytes -= this.#list[i]!.bytes
    this.#moveTo(end)
  }

  #moveTo(first: number): void {
    this.#first = first
    if (first === this.#list.length || (first > 1024 && first * 2 > this.#list.length)) {
      this.#list = this.#list.slice(first)
      this.#first = 0
    }
  }
}

/** Whether a cursor has all entries of another: stages copy and extend them. */
function covers(cursor: Cursor, other: Cursor | undefined): boolean {
  if (other === undefined) return false
  for (const id in other) if (cursor[id] !== other[id]) return false
  return true
}
