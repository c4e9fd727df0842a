import type { Cursor, Frame } from '../contract/frame.ts'

interface Slot {
  /** Frames that went in under this cursor, less those that came out. */
  missing: number
  /** Came out before their turn. */
  readonly held: Frame[]
}

/**
 * Puts the frames that leave a stage back into the order in which they entered it. `mergeMap(async …)` emits what is ready
 * first: the order of training would depend on timing, and the cursor of a frame that overtook another would skip the other
 * one on resume. A frame is known by its cursor (the very object, which `{ ...frame, batch }` keeps), so this concerns
 * stages that pass cursors through; one that makes its own cursors, or declares a window, answers for its order itself.
 *
 * What leaves within the call that brought it cannot have overtaken anything: then earlier frames that did not come out
 * were dropped or gathered. What leaves later waits for its turn; if that never comes because an earlier frame was dropped,
 * the runner notices that nothing moves and calls `giveUp`.
 */
export class OrderKeeper {
  #off = false
  #deferred = false
  readonly #slots = new Map<Cursor, Slot>()
  readonly #done = new WeakSet<Cursor>()
  #holding = 0
  readonly #emit: (frame: Frame) => void

  constructor(emit: (frame: Frame) => void) {
    this.#emit = emit
  }

  /** Frames that wait for an earlier one. */
  get holding(): number {
    return this.#holding
  }

  entered(frame: Frame): void {
    if (this.#off) return
    const slot = this.#slots.get(frame.cursor)
    if (slot) slot.missing++
    else this.#slots.set(frame.cursor, { missing: 1, held: [] })
  }

  /** @param within whether this happens within the call that brought a frame */
  left(frame: Frame, within: boolean): void {
    const slot = this.#slots.get(frame.cursor)
    if (!slot) {
      // More frames than went in under a cursor follow the first; a cursor of the stage's own ends the keeping of order.
      if (!this.#done.has(frame.cursor)) this.giveUp()
      this.#emit(frame)
      return
    }
    if (!within) this.#deferred = true
    slot.missing--
    if (!this.#deferred) {
      // Maps iterate in order of insertion: everything before this frame is gone for good.
      for (const cursor of this.#slots.keys()) {
        if (cursor === frame.cursor) break
        this.#slots.delete(cursor)
      }
    }
    slot.held.push(frame)
    this.#holding++
    this.#pass()
  }

  #pass(): void {
    for (const [cursor, slot] of this.#slots) {
      for (const frame of slot.held.splice(0)) {
        this.#holding--
        this.#emit(frame)
      }
      if (slot.missing > 0) return
      this.#slots.delete(cursor)
      this.#done.add(cursor)
    }
  }

  /** Passes on what is held, in order, and keeps order no longer. */
  giveUp(): void {
    if (this.#off) return
    this.#off = true
    const slots = [...this.#slots.values()]
    this.#slots.clear()
    this.#holding = 0
    for (const slot of slots) for (const frame of slot.held) this.#emit(frame)
  }
}
