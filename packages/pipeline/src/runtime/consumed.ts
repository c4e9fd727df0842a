import type { Cursor, Json } from '../contract/frame.ts'
import { SluiceError } from '../errors.ts'

interface Waiter {
  readonly position: object
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Knows, for one stage, which of the positions it emitted have reached the sink, and wakes those who wait for one. */
export class ConsumedPositions {
  readonly #id: string
  readonly #order = new WeakMap<object, number>()
  #emitted = 0
  #consumed = 0
  #waiters: Waiter[] = []

  constructor(id: string) {
    this.#id = id
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /** The stage has emitted a frame with this cursor. */
  emitted(cursor: Cursor): void {
    const position = cursor[this.#id]
    if (typeof position !== 'object' || position === null || this.#order.has(position)) return
    this.#order.set(position, ++this.#emitted)
  }

  /** The sink has consumed a frame with this cursor. */
  consumed(cursor: Cursor): void {
    const position = cursor[this.#id]
    if (typeof position !== 'object' || position === null) return
    this.#consumed = Math.max(this.#consumed, this.#order.get(position) ?? 0)
    if (this.#waiters.length === 0) return
    const done = this.#waiters.filter(waiter => this.#has(waiter.position))
    this.#waiters = this.#waiters.filter(waiter => !done.includes(waiter))
    for (const waiter of done) waiter.resolve()
  }

  #has(position: object): boolean {
    return (this.#order.get(position) ?? Number.POSITIVE_INFINITY) <= this.#consumed
  }

  wait(position: Json): Promise<void> {
    if (typeof position !== 'object' || position === null) {
      throw new SluiceError(`whenConsumed needs the very object that stands in the cursor, found ${position}`, {
        stage: this.#id,
      })
    }
    if (this.#has(position)) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiters.push({ position, resolve, reject }))
  }

  /** Lets everybody go on, although what they wait for has not come. */
  release(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve()
  }

  fail(reason: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason)
  }
}
