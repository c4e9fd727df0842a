/**
 * Whether one of four bytes is one that JSON escapes: below 0x20, a quote or a backslash. A difference below zero shows in a byte's
 * highest bit (Anderson, "Bit Twiddling Hacks": "Determine if a word has a byte less than n"); exact for "any", which is all that is asked.
 */
export function needsEscape(four: number): boolean {
  const quote = four ^ 0x22222222
  const slash = four ^ 0x5c5c5c5c
  const low = (four - 0x20202020) & ~four
  return ((low | ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) !== 0
}
