import { performance } from 'node:perf_hooks'

/** What has happened so far, as counts that only grow. */
export interface Signs {
  /** Boundaries crossed, and signs of life from stages. */
  readonly moves: number
  /** Those that were not the immediate effect of a frame being brought: somebody had been working. */
  readonly stirs: number
  /** Frames that the sink has consumed. */
  readonly consumed: number
}

const shortest = 10

/**
 * Decides when a chain in which nothing moves is stuck rather than slow. Time counts only while the event loop idles, so
 * that a long synchronous computation never looks like a stand-still. Four times the longest pause after which the chain
 * went on by itself is always granted. Each frame let through in vain halves the wait for the next.
 */
export class Patience {
  #wait: number
  #longest = 0
  #seen: Signs | undefined
  /** When the present stand-still began, not counting what a frame let through has moved. */
  #standing = 0
  /** When anything last moved. */
  #since = 0
  #released = false

  /** @param milliseconds of idling before the first frame is let through */
  constructor(milliseconds: number) {
    this.#wait = milliseconds
  }

  /** Milliseconds to the next look that make sense while all is well. */
  get interval(): number {
    return Math.min(250, Math.max(shortest, this.#wait))
  }

  /** Milliseconds of stand-still that are still to be borne; 0 means stuck. */
  left(signs: Signs): number {
    const { idle } = performance.eventLoopUtilization()
    const seen = this.#seen
    if (!seen) {
      this.#standing = this.#since = idle
    } else if (signs.moves !== seen.moves || signs.consumed !== seen.consumed) {
      const stirred = signs.stirs !== seen.stirs
      if (stirred) this.#longest = Math.max(this.#longest, idle - this.#standing)
      if (stirred || signs.consumed !== seen.consumed || !this.#released) {
        this.#standing = idle
        this.#released = false
      }
      this.#since = idle
    }
    this.#seen = { ...signs }
    return Math.max(0, Math.max(this.#wait, 4 * this.#longest) - (idle - this.#since))
  }

  /** Nothing was at a stand-still: no pause is being measured. */
  forget(): void {
    if (!this.#released) this.#seen = undefined
  }

  released(): void {
    this.#wait = Math.max(Math.min(shortest, this.#wait), this.#wait / 2)
    this.#since = performance.eventLoopUtilization().idle
    this.#released = true
  }
}
