/** Smaller arrays are left to JavaScript: its allocation costs less than the bookkeeping. */
export const POOLED_FROM = 1024

/**
 * Buffers of the addon (aligned to 64 bytes), kept by size when nothing uses them. A training step asks for the same sizes in
 * every step, and memory that is touched for the first time costs more than the arithmetic done on it.
 *
 * The uses of a buffer are counted, since several tensors may look at one buffer (a slice is a view).
 */
export class BufferPool {
  readonly #allocate: (bytes: number) => ArrayBuffer
  /** Weak: a buffer that was taken and never retained goes to the garbage collector. */
  readonly #uses = new WeakMap<ArrayBufferLike, number>()
  readonly #free = new Map<number, ArrayBuffer[]>()
  #freeBytes = 0
  #usedBytes = 0

  constructor(allocate: (bytes: number) => ArrayBuffer) {
    this.#allocate = allocate
  }

  /** Bytes of the buffers in use, and of those kept for the next one who asks. */
  get bytes(): { used: number; free: number } {
    return { used: this.#usedBytes, free: this.#freeBytes }
  }

  /** A buffer of at least `bytes`, contents undefined. It belongs to the pool from the first retain() on. */
  take(bytes: number): ArrayBuffer {
    const size = sizeClass(bytes)
    const kept = this.#free.get(size)
    for (let buffer = kept?.pop(); buffer; buffer = kept?.pop()) {
      this.#freeBytes -= size
      // One that has come back to life while it was free: a view of it was put into a tensor.
      if (this.#uses.get(buffer) === 0) return buffer
    }
    const buffer = this.#allocate(size)
    this.#uses.set(buffer, 0)
    return buffer
  }

  has(buffer: ArrayBufferLike): boolean {
    return this.#uses.has(buffer)
  }

  uses(buffer: ArrayBufferLike): number {
    return this.#uses.get(buffer) ?? 0
  }

  retain(buffer: ArrayBufferLike): void {
    const uses = this.#uses.get(buffer)
    if (uses === undefined) return
    if (uses === 0) this.#usedBytes += buffer.byteLength
    this.#uses.set(buffer, uses + 1)
  }

  release(buffer: ArrayBufferLike): void {
    const uses = this.#uses.get(buffer)
    if (uses === undefined || uses === 0) return
    this.#uses.set(buffer, uses - 1)
    if (uses > 1) return
    this.#usedBytes -= buffer.byteLength
    this.giveBack(buffer as ArrayBuffer)
  }

  /** Puts a buffer that was taken and not retained among the free ones. */
  giveBack(buffer: ArrayBuffer): void {
    if (this.#uses.get(buffer) !== 0) return
    const size = buffer.byteLength
    const kept = this.#free.get(size)
    if (!kept) this.#free.set(size, [buffer])
    else if (kept.includes(buffer)) return
    else kept.push(buffer)
    this.#freeBytes += size
  }

  /** Lets the free buffers go. */
  trim(): void {
    this.#free.clear()
    this.#freeBytes = 0
  }
}

/** The next of the sizes 2^k * (4, 5, 6, 7) / 4: at most a quarter more than asked for. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, POOLED_FROM)
  const step = 2 ** (Math.floor(Math.log2(least)) - 2)
  return Math.ceil(least / step) * step
}
