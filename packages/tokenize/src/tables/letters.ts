// Classes of four ASCII bytes at once, in the high bits of an integer's bytes (Lamport 1975, "Multiple byte processing with full-word
// instructions").

/**
 * Which of the four bytes of an integer are no ASCII letters: bit k for the byte k, the lowest one first.
 * A byte from 0x80 on is none.
 */
export function noLetters(bytes: number): number {
  const small = (bytes | 0x20202020) & 0x7f7f7f7f
  // High bits: of one sum, that the byte is at least "a"; of the other, that it is beyond "z".
  const none = (~((small + 0x1f1f1f1f) | 0) | ((small + 0x05050505) | 0) | bytes) & 0x80808080
  // The product brings the four bits together at its top.
  return Math.imul(none, 0x00204081) >>> 28
}
