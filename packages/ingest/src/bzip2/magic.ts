/** What begins at a bit: a block (the digits of pi) or the end of a stream (those of its square root). */
export type Mark = 'block' | 'end'

const magics: readonly (readonly [Mark, high: number, low: number])[] = [
  ['block', 0x314159, 0x265359],
  ['end', 0x177245, 0x385090],
]

/** Bits of a magic, and bytes that it may touch. */
export const magicBits = 48
export const magicBytes = 7

// A magic that begins within byte p fills bytes p + 1 to p + 5, whatever bit it begins at: of the four pairs of neighbours among these
// every fourth place holds one. So three places of four need not be looked at, and by the pair most of the others are ruled out.
const stride = 4
const inside = new Uint8Array(65_536)
for (const [, high, low] of magics) {
  const value = (BigInt(high) << 24n) | BigInt(low)
  for (let shift = 0; shift < 8 * stride; shift++) inside[Number((value >> BigInt(shift)) & 0xffffn)] = 1
}

/** What begins at this bit of `bytes`, if anything. */
export function markAt(bytes: Uint8Array, bit: number): Mark | undefined {
  const at = Math.floor(bit / 8)
  const shift = bit & 7
  if (at + (shift === 0 ? 6 : magicBytes) > bytes.length) return undefined
  const word = (i: number): number => (bytes[at + i]! << 16) | (bytes[at + i + 1]! << 8) | bytes[at + i + 2]!
  const high = ((word(0) << shift) & 0xffffff) | (bytes[at + 3]! >>> (8 - shift))
  const low = ((word(3) << shift) & 0xffffff) | ((bytes[at + 6] ?? 0) >>> (8 - shift))
  return magics.find(magic => magic[1] === high && magic[2] === low)?.[0]
}

/** The first bit at or after `from` and in a byte before `to` where a magic begins, else -1. */
export function nextMark(bytes: Uint8Array, from: number, to: number): number {
  const last = Math.min(to, bytes.length - 5)
  for (let at = Math.floor(from / 8); at < last; at += stride) {
    if (inside[(bytes[at + 4]! << 8) | bytes[at + 5]!] === 0) continue
    const end = Math.min(at + stride, last) * 8
    for (let bit = Math.max(from, at * 8); bit < end; bit++) if (markAt(bytes, bit) !== undefined) return bit
  }
  return -1
}
