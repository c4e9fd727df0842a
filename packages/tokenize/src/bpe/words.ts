import { byteClasses, characterAt, mark, other, several, space } from '../unicode/classes.ts'

/**
 * End of the word that begins at `bytes[at]` (at < end), as GPT-2's expression cuts text (Radford et al. 2019, encoder.py):
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 */
export function gpt2Word(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first === 0x27) {
    const stop = contraction(bytes, at, end)
    if (stop > 0) return stop
  }
  const from = first === 0x20 && at + 1 < end ? at + 1 : at
  const head = characterAt(bytes, from, end)
  const kind = wordKind(head & 7)
  if (kind === space) return spaces(bytes, at, end)
  return runOf(kind, bytes, from + (head >> 3), end)
}

/** To this expression a mark is neither a letter nor a number nor a space. */
function wordKind(kind: number): number {
  return kind === mark ? other : kind
}

function runOf(kind: number, bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end) {
    const ascii = byteClasses[bytes[i]!]!
    if (ascii === kind) i++
    else if (ascii !== several) return i
    else {
      const character = characterAt(bytes, i, end)
      if (wordKind(character & 7) !== kind) return i
      i += character >> 3
    }
  }
  return i
}

/** A run of white space leaves its last character to the word that follows, unless the run is that character alone. */
function spaces(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  let last = at
  while (i < end) {
    const character = characterAt(bytes, i, end)
    if ((character & 7) !== space) return last > at ? last : i
    last = i
    i += character >> 3
  }
  return i
}

function contraction(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0
  const a = bytes[at + 1]!
  // s t m d
  if (a === 0x73 || a === 0x74 || a === 0x6d || a === 0x64) return at + 2
  if (at + 2 >= end) return 0
  const b = bytes[at + 2]!
  // re ve ll
  return ((a === 0x72 || a === 0x76) && b === 0x65) || (a === 0x6c && b === 0x6c) ? at + 3 : 0
}
