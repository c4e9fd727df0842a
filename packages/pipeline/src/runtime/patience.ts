import { idleTime } from './idle-time.ts'

/** What has happened so far, as counts that only grow. */
export interface Signs {
  /** Boundaries crossed, frames consumed, and signs of life from stages. */
  readonly moves: number
  /** When something last moved that was not the immediate effect of a frame being brought, on the idle clock. */
  readonly stirredAt: number
}

/** Milliseconds below which it makes no sense to look again. */
const shortest = 2

/**
 * Decides when a chain in which nothing moves is stuck rather than slow. Time counts only while the event loop idles, so
 * that a long synchronous computation never looks like a stand-still. Four times the longest pause after which the chain
 * went on by itself is always granted. Each frame let through makes the wait for the next four times shorter.
 */
export class Patience {
  #wait: number
  #longest = 0
  /** Undefined while no stand-still is being watched. */
  #moves: number | undefined
  #since = 0

  /** @param milliseconds of idling before the first frame is let through */
  constructor(milliseconds: number) {
    this.#wait = milliseconds
  }

  /** Milliseconds to the next look that make sense while all is well. */
  get interval(): number {
    return Math.min(250, Math.max(shortest, this.#wait))
  }

  /** Milliseconds of stand-still that are still to be borne, `times` as long as usual; 0 means stuck. */
  left({ moves, stirredAt }: Signs, times = 1): number {
    const now = idleTime()
    if (this.#moves === undefined) this.#since = now
    else if (moves !== this.#moves) {
      this.#longest = Math.max(this.#longest, stirredAt - this.#since)
      this.#since = now
    }
    this.#moves = moves
    return Math.max(0, times * Math.max(this.#wait, 4 * this.#longest) - (now - this.#since))
  }

  /** Nothing is at a stand-still: no pause is being measured. */
  forget(): void {
    this.#moves = undefined
  }

  /** Something was let through. */
  released(): void {
    this.#wait = Math.max(Math.min(shortest, this.#wait), this.#wait / 4)
    this.#since = idleTime()
  }
}
