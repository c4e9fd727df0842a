/**
 * 64-bit FNV-1a of a byte string, finished by the mixer of SplitMix64 (Steele, Lea and Flood 2014), because FNV's high bits
 * depend little on the last bytes, as a number from 0 to 1 (53 bits).
 */
export function hash53(bytes: Uint8Array, at: number, end: number): number {
  let low = 0x84222325
  let high = 0xcbf29ce4
  for (let i = at; i < end; i++) {
    low = (low ^ bytes[i]!) >>> 0
    // The prime is 2^40 + 0x1b3; the product of its low part is below 2^41, so exact.
    const product = low * 0x1b3
    high = (Math.imul(high, 0x1b3) + (low << 8) + Math.floor(product / 0x100000000)) >>> 0
    low = product >>> 0
  }
  let hash = (BigInt(high) << 32n) | BigInt(low)
  hash = BigInt.asUintN(64, (hash ^ (hash >> 30n)) * 0xbf58476d1ce4e5b9n)
  hash = BigInt.asUintN(64, (hash ^ (hash >> 27n)) * 0x94d049bb133111ebn)
  hash ^= hash >> 31n
  return Number(hash >> 11n) / 2 ** 53
}
