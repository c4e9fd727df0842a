import { Charges } from './charges.ts'

/**
 * Credit, counted at the ends of the chain. RxJS operators queue without limit, so nothing between source and sink can say
 * when to stop: the bytes of a source frame are charged when it is emitted, and everything up to `seq` is retired when the
 * sink has consumed a frame carrying it. In flight is therefore never more than the limit plus one frame, whatever the
 * operators between do.
 *
 * That counts text. What stages make of it may be larger (a character becomes a block's 12 bytes), so the bytes that really lie
 * between them count against the same limit: see `Meter.inFlight`.
 */
export class Gate {
  /** The mark plus the windows of the stages that gather. */
  readonly limit: number
  /** Frames that may pass although the limit is reached. */
  extra = 0
  readonly #charges = new Charges()
  readonly #between: () => number
  #wake: (() => void) | undefined

  /** @param between bytes that lie between source and sink at this moment, as they are there */
  constructor(limit: number, between: () => number = () => 0) {
    this.limit = limit
    this.#between = between
  }

  /** Emitted by the source and not retired. */
  get bytes(): number {
    return this.#charges.bytes
  }

  get #full(): boolean {
    return this.bytes >= this.limit || this.#between() >= this.limit
  }

  get open(): boolean {
    return this.extra > 0 || !this.#full
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
    if (this.extra > 0 && this.#full) this.extra--
    this.#charges.add(seq, bytes)
  }

  /** Retires every emission up to `seq`. A lower one than before changes nothing: retired once is retired. */
  retire(seq: number): void {
    if (this.#charges.retire(seq)) this.extra = 0
    // What lies between may have become less all the same.
    this.wake()
  }

  /** Lets one frame pass above the limit. */
  release(): void {
    this.extra++
    this.wake()
  }

  /** Bytes in flight that were emitted after `after`, up to and including `upTo`. */
  between(after: number, upTo: number): { bytes: number; frames: number } {
    return this.#charges.between(after, upTo)
  }
}
