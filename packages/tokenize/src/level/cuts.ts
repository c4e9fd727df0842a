import { characterAt, letter, mark, number, space } from '../unicode/classes.ts'

/** A way to cut a text into pieces that a vocabulary then knows, or does not. */
export interface Cut {
  readonly kind: 'char' | 'word'
  /** The same cut as the expression of a Split pre-tokenizer, for Hugging Face's engine and for JavaScript's. */
  readonly pattern: string
  /** End of the piece that begins at `bytes[at]`. */
  end(bytes: Uint8Array, at: number, end: number): number
}

/** Every code point is a piece. */
export const characterCut: Cut = {
  kind: 'char',
  pattern: '[\\s\\S]',
  end: (bytes, at, end) => at + (characterAt(bytes, at, end) >> 3),
}

/**
 * Pieces are words (letters, marks, numbers and `_`), runs of white space, and single characters of any other kind. So the
 * pieces together are the text. Spelt without `\w` and `\s`, which JavaScript and others read differently.
 */
export const wordCut: Cut = {
  kind: 'word',
  pattern: '[\\p{L}\\p{M}\\p{N}_]+|\\p{White_Space}+|[^\\p{L}\\p{M}\\p{N}_\\p{White_Space}]',
  end(bytes, at, end) {
    const kind = pieceKind(bytes, at, characterAt(bytes, at, end) & 7)
    let i = at + (characterAt(bytes, at, end) >> 3)
    if (kind === single) return i
    while (i < end) {
      const character = characterAt(bytes, i, end)
      if (pieceKind(bytes, i, character & 7) !== kind) break
      i += character >> 3
    }
    return i
  },
}

const single = 0
const word = 1
const white = 2

function pieceKind(bytes: Uint8Array, at: number, kind: number): number {
  if (kind === letter || kind === number || kind === mark || bytes[at] === 0x5f) return word
  return kind === space ? white : single
}
