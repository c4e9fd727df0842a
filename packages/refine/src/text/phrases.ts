// The phrases that C4's rules look for, in any case. They are looked for where three letters of theirs stand, which `Marks` finds, so
// that they cost next to nothing where they do not stand.

/** Bits for what a line holds. */
export const loremIpsum = 1
export const javascript = 2
export const policy = 4

/**
 * Three letters that stand in each of the phrases and hardly elsewhere, in lower case: javascript, cookie, lorem ipsum, terms of use,
 * privacy policy.
 */
export const anchors = ['jav', 'kie', 'psu', 'rms', 'vac'] as const

/** What phrase has its anchor at `at`, as bits; `start` and `end` are where a phrase may begin and must have ended. */
export function phraseAt(bytes: Uint8Array, at: number, start: number, end: number): number {
  const first = String.fromCharCode(bytes[at]! | 0x20)
  if (first === 'j') return holds(bytes, 'javascript', at, start, end) ? javascript : 0
  if (first === 'k') return ofCookies(bytes, at - 3, start, end) ? policy : 0
  if (first === 'p') return holds(bytes, 'lorem ipsum', at - 7, start, end) ? loremIpsum : 0
  if (first === 'r') return holds(bytes, 'terms of use', at - 2, start, end) ? policy : 0
  return holds(bytes, 'privacy policy', at - 3, start, end) ? policy : 0
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
