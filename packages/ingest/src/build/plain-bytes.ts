import { i8x16, i32, Kernels, v128, type WasmModule, when } from '@sluice/wasm'

/**
 * Whether a value of so many bytes is worth taking through this memory: below, a loop over its bytes is as fast; above, the memory,
 * which never gets smaller, would be too large.
 */
export function isWorthIt(length: number): boolean {
  return length >= 192 && length <= 16 * 1024 * 1024
}

/** Where in the memory the table lies; before it stands what a kernel has found. */
const table = 16

/** A memory in which text is copied sixteen bytes at a time, with its short escapes, up to where something else must be done. */
export class PlainBytes {
  readonly #kernels = new Kernels<'escape' | 'unescape'>(module => {
    addCopy(module, 'escape')
    addCopy(module, 'unescape')
  })
  /** The memory. Other than before where `take` had to make room. */
  bytes: Uint8Array = new Uint8Array(this.#kernels.buffer)
  #numbers = new Int32Array(this.#kernels.buffer)
  /** Where what was taken begins and ends, and where the room for what is made of it begins. */
  readonly from: number = table + 256
  to = this.from
  into = this.from
  /** Where what was made of it ends. */
  end = this.into

  /**
   * @param letters for `escape`, of each byte what stands after the backslash in its place, `u` where that is not all; for `unescape`, of
   * what stands after a backslash the byte that is meant, 0 where it is not one of these
   */
  constructor(letters: Uint8Array) {
    this.bytes.set(letters, table)
  }

  /** Takes bytes, and makes `room` behind them. */
  take(bytes: Uint8Array, start: number, end: number, room: number): void {
    this.to = this.from + end - start
    this.into = this.to + 16
    this.end = this.into
    if (this.#kernels.ensure(this.into + room + 16)) {
      this.bytes = new Uint8Array(this.#kernels.buffer)
      this.#numbers = new Int32Array(this.#kernels.buffer)
    }
    this.bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), this.from)
  }

  /**
   * Writes what was taken from `at` on, to `end`, as it stands in a JSON string (RFC 8259 7), up to the first byte that has no short
   * escape, or to its end. Up to 15 bytes behind become anything.
   *
   * @returns where it stopped
   */
  escape(at: number): number {
    this.#kernels.call.escape(at, this.to, this.end)
    return this.#stopped()
  }

  /** Writes what is meant by what was taken, up to the first quote, control character or other escape. @returns where it stopped */
  unescape(at: number): number {
    this.#kernels.call.unescape(at, this.to, this.end)
    return this.#stopped()
  }

  #stopped(): number {
    this.end = this.#numbers[1]!
    return this.#numbers[0]!
  }
}

/**
 * Adds a function of (from, to, into), which leaves at 0 where it stopped, and at 4 where what it wrote ends. It reads and writes up to
 * 16 bytes behind the ends.
 */
function addCopy(module: WasmModule, name: 'escape' | 'unescape'): void {
  module.func(name, ['i32', 'i32', 'i32'], ([from, to, into], body) => {
    const end = body.local('i32')
    const stop = body.local('i32')
    const step = body.local('i32')
    const block = body.local('v128')
    const found = body.local('i32')
    const plain = body.local('i32')
    const letter = body.local('i32')
    const strange = v128.or(
      i8x16.ltU(block, i8x16.const(0x20)),
      v128.or(i8x16.eq(block, i8x16.const(0x22)), i8x16.eq(block, i8x16.const(0x5c))),
    )
    return [
      end.set(to),
      stop.set(to),
      body.range(from, end, step, at => {
        // The loop ends where its end is set to.
        const stopHere = [
          stop.set(i32.min(i32.add(at, plain), to)),
          into.set(i32.add(into, i32.sub(stop, at))),
          end.set(at),
        ]
        const place = i32.add(at, plain)
        const byLetter = [
          letter.set(i32.load8(i32.load8(place), table)),
          when(
            i32.and(i32.ltU(place, to), i32.ne(letter, 0x75)),
            [
              i32.store16(i32.add(into, plain), i32.or(0x5c, i32.shl(letter, 8))),
              into.set(i32.add(into, i32.add(plain, 2))),
              step.set(i32.add(plain, 1)),
            ],
            stopHere,
          ),
        ]
        const byMeaning = [
          letter.set(i32.load8(i32.load8(place, 1), table)),
          when(
            i32.and(i32.and(i32.ltU(i32.add(place, 1), to), i32.eq(i32.load8(place), 0x5c)), i32.ne(letter, 0)),
            [
              i32.store8(i32.add(into, plain), letter),
              into.set(i32.add(into, i32.add(plain, 1))),
              step.set(i32.add(plain, 2)),
            ],
            stopHere,
          ),
        ]
        return [
          block.set(v128.load(at)),
          v128.store(into, block),
          found.set(i8x16.bitmask(strange)),
          when(
            found,
            [plain.set(i32.ctz(found)), name === 'escape' ? byLetter : byMeaning],
            [
              plain.set(i32.min(i32.const(16), i32.sub(to, at))),
              into.set(i32.add(into, plain)),
              step.set(i32.const(16)),
            ],
          ),
        ]
      }),
      i32.store(0, stop),
      i32.store(4, into),
    ]
  })
}
