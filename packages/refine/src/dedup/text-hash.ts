// Each byte as it counts: upper case as lower, white space as one space.
const folded = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 0x20
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) ? 0x20 : byte
})

/**
 * 64 bits of a text in which the case of ASCII letters, and how much white space of what kind stands where some does, count for
 * nothing: two lanes of 32-bit multiplications (the mixing of MurmurHash3, Appleby 2011) over four bytes at a time.
 */
export function hashText(bytes: Uint8Array, start: number, to: number, out: Uint32Array): void {
  const table = folded
  let end = to
  while (end > start && table[bytes[end - 1]!] === 0x20) end--
  let one = 0x3c6ef372
  let two = 0x1b873593
  let word = 0
  let filled = 0
  let before = 0x20
  let length = 0
  for (let i = start; i < end; i++) {
    const byte = table[bytes[i]!]!
    if (byte === 0x20 && before === 0x20) continue
    before = byte
    word = (word << 8) | byte
    if (++filled < 4) continue
    const mixed = Math.imul(word, 0xcc9e2d51)
    const turned = (mixed << 15) | (mixed >>> 17)
    one = Math.imul(one ^ turned, 0x9e3779b1) + 0x6b2fb645
    one = (one << 13) | (one >>> 19)
    two = Math.imul(two ^ word, 0x85ebca77) ^ (turned >>> 7)
    two = (two << 11) | (two >>> 21)
    length += 4
    word = 0
    filled = 0
  }
  length += filled
  out[0] = finish(one ^ Math.imul(word, 0xcc9e2d51) ^ length)
  out[1] = finish(two ^ Math.imul(word, 0x27d4eb2f) ^ Math.imul(length, 0x165667b1) ^ (one >>> 3))
}

export function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
