import type { ParquetParsers } from 'hyparquet'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'

/**
 * A text of a row group that is still the bytes of its page. A group has megabytes of texts, and all of them as strings at once are
 * what the garbage collector then copies from place to place; made one by one as rows are asked for, each is gone at once.
 */
class LateText {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  toString(): string {
    return DEFAULT_PARSERS.stringFromBytes(this.#bytes)
  }
}

/** The library's, but for texts, which become values for `madeText`. */
export const lateTexts: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: bytes => bytes && new LateText(bytes),
}

/** A value of a column, its text made. */
export function madeText(value: unknown): unknown {
  return value instanceof LateText ? value.toString() : value
}
