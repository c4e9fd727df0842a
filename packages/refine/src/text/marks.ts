import { i8x16, i32, Kernels, type V128, v128, type WasmModule } from '@sluice/wasm'
import { anchors } from './phrases.ts'

/** Numbers for each 32 bytes in `Marks.bits`. */
export const marksEach = 2

/** The places in a text where something may be, as bits, sixteen bytes at a time: what makes the scanner fast. */
export class Marks {
  readonly #kernels = new Kernels<'mark'>(addMark)
  #bytes: Uint8Array = new Uint8Array(this.#kernels.buffer)
  /**
   * Two numbers for each 32 bytes of the text; bit i is of byte i. First: whether words of ASCII are made of it (letters, digits and
   * the underscore). Second: whether an anchor of a phrase begins there.
   */
  bits: Int32Array = new Int32Array(this.#kernels.buffer)

  /** Reads a text; valid until the next one is read. Bytes behind its end are marked as nothing. */
  read(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    // The marks lie first, then the text, and zeros that end what stands at its end.
    const blocks = (length >> 5) + 1
    const text = blocks * 4 * marksEach
    if (this.#kernels.ensure(text + length + 96)) {
      this.#bytes = new Uint8Array(this.#kernels.buffer)
      this.bits = new Int32Array(this.#kernels.buffer)
    }
    this.#bytes.set(bytes.subarray(start, end), text)
    this.#bytes.fill(0, text + length, text + length + 96)
    this.#kernels.call.mark(text, text + blocks * 32, 0)
  }
}

/**
 * Where the run of bytes of ASCII words that `at` is in, or may be in, ends.
 *
 * @param bits of `Marks`
 * @param at counted from the text's start
 */
export function endOfRun(bits: Int32Array, at: number): number {
  let block = at >> 5
  let others = ~bits[block * marksEach]! >>> (at & 31)
  if (others !== 0) return at + lowestBit(others)
  do others = ~bits[++block * marksEach]!
  while (others === 0)
  return block * 32 + lowestBit(others)
}

/** Which bit is the lowest of those set. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}

/** Adds `mark(from, to, into)`: for each 32 bytes the two numbers of `Marks.bits`. It looks at two bytes behind `to`. */
function addMark(module: WasmModule): void {
  module.func('mark', ['i32', 'i32', 'i32'], ([from, to, into], body) => {
    const place = body.local('i32')
    const own = body.local('v128')
    // The bytes and the two behind each, with letters in lower case. (Other bytes change, too, but none becomes a letter.)
    const lower = [body.local('v128'), body.local('v128'), body.local('v128')] as const
    const within = (bytes: V128, first: number, count: number): V128 =>
      i8x16.ltU(i8x16.sub(bytes, i8x16.const(first)), i8x16.const(count))
    const inWord = any(within(lower[0], 0x61, 26), within(own, 0x30, 10), i8x16.eq(own, i8x16.const(0x5f)))
    const begins = (anchor: string): V128 =>
      lower.map((bytes, i) => i8x16.eq(bytes, i8x16.const(anchor.charCodeAt(i)))).reduce((a, b) => v128.and(a, b))
    return [
      place.set(into),
      body.range(from, to, 32, at => [
        [0, 1].map(half => [
          own.set(v128.load(at, 16 * half)),
          lower.map((bytes, i) => bytes.set(v128.or(v128.load(at, 16 * half + i), i8x16.const(0x20)))),
          i32.store16(place, i8x16.bitmask(inWord), 2 * half),
          i32.store16(place, i8x16.bitmask(any(...anchors.map(begins))), 4 + 2 * half),
        ]),
        place.set(i32.add(place, 4 * marksEach)),
      ]),
    ]
  })
}

const any = (...masks: readonly V128[]): V128 => masks.reduce((a, b) => v128.or(a, b))
