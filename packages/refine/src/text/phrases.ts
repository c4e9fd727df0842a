// The phrases that C4's rules look for, each at a letter that is rare enough to look there: a case-insensitive search that costs
// next to nothing where they do not stand.

/** Bits for what a line holds. */
export const loremIpsum = 1
export const javascript = 2
export const policy = 4

const j = 0x6a
const k = 0x6b
const m = 0x6d

/** What of the phrases has its rare letter (j, k, m, v) at `at`, as bits. */
export function phraseAt(bytes: Uint8Array, at: number, start: number, end: number): number {
  if (at + 1 >= end) return 0
  const next = bytes[at + 1]! | 0x20
  const key = bytes[at]! | 0x20
  // The letter after it rules nearly all of them out.
  if (key === j) return next === 0x61 && holds(bytes, 'javascript', at, start, end) ? javascript : 0
  if (key === k) return next === 0x69 && ofCookies(bytes, at - 3, start, end) ? policy : 0
  if (key === m) {
    // Both phrases end a word here, or have an s after it; 0x20 is the space.
    if (next === 0x20) return holds(bytes, 'lorem ipsum', at - 4, start, end) ? loremIpsum : 0
    return next === 0x73 && holds(bytes, 'terms of use', at - 3, start, end) ? policy : 0
  }
  return next === 0x61 && holds(bytes, 'privacy policy', at - 3, start, end) ? policy : 0
}

function ofCookies(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  if (!holds(bytes, 'cookie', at, start, end)) return false
  return (
    holds(bytes, 'cookie policy', at, start, end) ||
    holds(bytes, 'uses cookies', at - 5, start, end) ||
    holds(bytes, 'use of cookies', at - 7, start, end) ||
    holds(bytes, 'use cookies', at - 4, start, end)
  )
}

function holds(bytes: Uint8Array, phrase: string, at: number, start: number, end: number): boolean {
  if (at < start || at + phrase.length > end) return false
  for (let i = 0; i < phrase.length; i++) {
    const byte = bytes[at + i]!
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    if (lower !== phrase.charCodeAt(i)) return false
  }
  return true
}
