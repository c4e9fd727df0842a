import { BlockFault } from './fault.ts'

/** Codes of up to this many bits are looked up at once. */
export const lookupBits = 10
/** The longest code there is. */
export const longestCode = 20
/** Symbols: two for runs, 255 places of the move-to-front list, the end of the block. */
export const maxSymbols = 258
const maxTables = 6

/**
 * The up to six codes of a block, as tables. An entry of `lookup` is `symbol << 5 | length`, 0 where the code is longer than
 * `lookupBits` or there is none.
 */
export class HuffmanTables {
  readonly lookup = new Uint16Array(maxTables << lookupBits)
  /** By table and length: the first code that is longer, filled up to `longestCode` bits; codes below it have this length. */
  readonly #limit = new Int32Array(maxTables * 32)
  /** By table and length: what turns a code of this length into its place among the symbols in order. */
  readonly #base = new Int32Array(maxTables * 32)
  readonly #order = new Uint16Array(maxTables * maxSymbols)

  /** Canonical codes from their lengths, 1 to 20 each. */
  set(table: number, lengths: Uint8Array, symbols: number): void {
    const counts = new Int32Array(longestCode + 2)
    for (let i = 0; i < symbols; i++) counts[lengths[i]!]!++
    const at = table * maxSymbols
    const next = new Int32Array(longestCode + 2)
    for (let length = 1; length <= longestCode; length++) next[length + 1] = next[length]! + counts[length]!
    const firstPlace = next.slice()
    for (let i = 0; i < symbols; i++) this.#order[at + next[lengths[i]!]!++] = i
    const lookup = this.lookup.subarray(table << lookupBits, (table + 1) << lookupBits).fill(0)
    let code = 0
    for (let length = 1; length <= longestCode; length++) {
      const count = counts[length]!
      this.#base[table * 32 + length] = firstPlace[length]! - code
      if (length <= lookupBits) {
        const width = 1 << (lookupBits - length)
        for (let i = 0; i < count; i++) {
          const entry = (this.#order[at + firstPlace[length]! + i]! << 5) | length
          lookup.fill(entry, (code + i) * width, (code + i + 1) * width)
        }
      }
      code += count
      // More codes than there are of this length: the lengths are no prefix code.
      if (code > 1 << length) throw new BlockFault('its codes overlap')
      this.#limit[table * 32 + length] = code << (longestCode - length)
      code <<= 1
    }
  }

  /** The entry for a code longer than `lookupBits`, 0 if there is none; `window` holds the next `longestCode` bits. */
  long(table: number, window: number): number {
    for (let length = lookupBits + 1; length <= longestCode; length++) {
      if (window >= this.#limit[table * 32 + length]!) continue
      const place = (window >>> (longestCode - length)) + this.#base[table * 32 + length]!
      return (this.#order[table * maxSymbols + place]! << 5) | length
    }
    return 0
  }
}
