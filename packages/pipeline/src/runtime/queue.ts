import type { Frame } from '../contract/frame.ts'

/** Frames that have come out of the chain and wait for the sink. The gate bounds it. */
export class FrameQueue {
  #frames: Frame[] = []
  #first = 0
  #wake: (() => void) | undefined

  get length(): number {
    return this.#frames.length - this.#first
  }

  put(frame: Frame): void {
    this.#frames.push(frame)
    this.wake()
  }

  take(): Frame | undefined {
    const frame = this.#frames[this.#first]
    if (frame === undefined) return undefined
    // Freed at once: the array keeps its length for a while.
    this.#frames[this.#first++] = undefined as unknown as Frame
    if (this.#first > 256 && this.#first * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#first)
      this.#first = 0
    }
    return frame
  }

  /** Resolves at the next `put` or `wake`. */
  changed(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
