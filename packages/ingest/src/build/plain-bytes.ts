import { i8x16, i32, Kernels, v128, type WasmModule, when } from '@sluice/wasm'

/**
 * Whether a value of so many bytes is worth taking through this memory: below, a loop over its bytes is as fast; above, the memory,
 * which never gets smaller, would be too large.
 */
export function isWorthIt(length: number): boolean {
  return length >= 192 && length <= 16 * 1024 * 1024
}

/** A memory in which text is copied sixteen bytes at a time, up to where something must be done to it. */
export class PlainBytes {
  readonly #kernels = new Kernels<'copy'>(addCopy)
  /** The memory. Other than before where `take` had to make room. */
  bytes: Uint8Array = new Uint8Array(this.#kernels.buffer)
  #numbers = new Int32Array(this.#kernels.buffer)
  /** Where what was taken begins and ends, and where the room for what is made of it begins. */
  readonly from: number = 16
  to = 16
  into = 16

  /** Takes bytes, and makes `room` behind them. */
  take(bytes: Uint8Array, start: number, end: number, room: number): void {
    this.to = this.from + end - start
    this.into = this.to + 16
    if (this.#kernels.ensure(this.into + room + 16)) {
      this.bytes = new Uint8Array(this.#kernels.buffer)
      this.#numbers = new Int32Array(this.#kernels.buffer)
    }
    this.bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), this.from)
  }

  /**
   * Copies from `at` on up to the first byte that JSON escapes (RFC 8259 7: below 0x20, a quote, a backslash), or to the end. Up to 15
   * bytes behind the copy become anything.
   *
   * @returns where it stopped
   */
  copy(at: number, into: number): number {
    this.#kernels.call.copy(at, this.to, into)
    return this.#numbers[0]!
  }
}

/** Adds `copy(from, to, into)`, which leaves at 0 where it stopped. It reads and writes up to 15 bytes behind the ends. */
function addCopy(module: WasmModule): void {
  module.func('copy', ['i32', 'i32', 'i32'], ([from, to, into], body) => {
    const end = body.local('i32')
    const stop = body.local('i32')
    const block = body.local('v128')
    const found = body.local('i32')
    const escaped = v128.or(
      i8x16.ltU(block, i8x16.const(0x20)),
      v128.or(i8x16.eq(block, i8x16.const(0x22)), i8x16.eq(block, i8x16.const(0x5c))),
    )
    return [
      end.set(to),
      stop.set(to),
      body.range(from, end, 16, at => [
        block.set(v128.load(at)),
        v128.store(i32.add(into, i32.sub(at, from)), block),
        found.set(i8x16.bitmask(escaped)),
        // The loop ends where its end is set to.
        when(found, [stop.set(i32.min(i32.add(at, i32.ctz(found)), to)), end.set(at)]),
      ]),
      i32.store(0, stop),
    ]
  })
}
