/**
 * Credit, counted at the ends of the chain. RxJS operators queue without limit, so nothing between source and sink can say
 * when to stop: the bytes of a source frame are charged when it is emitted, and everything up to `seq` is retired when the
 * sink has consumed a frame carrying it. In flight is therefore never more than the limit plus one frame, whatever the
 * operators between do.
 */
export class Gate {
  /** The mark plus the windows of the stages that gather. */
  readonly limit: number
  /** Emitted by the source and not retired. */
  bytes = 0
  /** Frames that may pass although the limit is reached. */
  extra = 0
  #charges: { seq: number; bytes: number }[] = []
  #first = 0
  #wake: (() => void) | undefined

  constructor(limit: number) {
    this.limit = limit
  }

  get open(): boolean {
    return this.bytes < this.limit || this.extra > 0
  }

  /** Resolves when the gate may have opened, or somebody called `wake`. */
  changed(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  charge(seq: number, bytes: number): void {
    if (this.bytes >= this.limit && this.extra > 0) this.extra--
    this.#charges.push({ seq, bytes })
    this.bytes += bytes
  }

  /** Retires every emission up to `seq`. A lower one than before changes nothing: retired once is retired. */
  retire(seq: number): void {
    let first = this.#first
    while (first < this.#charges.length && this.#charges[first]!.seq <= seq) this.bytes -= this.#charges[first++]!.bytes
    if (first === this.#first) return
    this.#first = first
    if (first > 1024 && first * 2 > this.#charges.length) {
      this.#charges = this.#charges.slice(first)
      this.#first = 0
    }
    this.extra = 0
    this.wake()
  }

  /** Lets one frame pass above the limit. */
  release(): void {
    this.extra++
    this.wake()
  }

  /** Bytes in flight that were emitted after `after`, up to and including `upTo`. */
  between(after: number, upTo: number): { bytes: number; frames: number } {
    let bytes = 0
    let frames = 0
    for (let i = this.#first; i < this.#charges.length; i++) {
      const charge = this.#charges[i]!
      if (charge.seq <= after || charge.seq > upTo) continue
      bytes += charge.bytes
      frames++
    }
    return { bytes, frames }
  }
}
