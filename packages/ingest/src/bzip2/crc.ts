// The CRC of bzip2: the polynomial of Ethernet, most significant bit first. Eight tables, so that eight bytes go at a time
// (M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance Software-based CRC Generators", 2005).
const polynomial = 0x04c11db7
const tables = new Int32Array(8 * 256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ polynomial : crc << 1
  tables[byte] = crc
}
for (let i = 256; i < tables.length; i++) {
  const before = tables[i - 256]!
  tables[i] = (before << 8) ^ tables[before >>> 24]!
}

/** What a checksum starts with. */
export const crcStart = -1

/** The checksum with the bytes `from` to `to` added; `~crc` of the last one is what a file holds. */
export function crcOf(bytes: Uint8Array, from: number, to: number, start: number): number {
  let crc = start
  let i = from
  for (; i + 8 <= to; i += 8) {
    const first = crc ^ ((bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!)
    crc =
      tables[1792 + (first >>> 24)]! ^
      tables[1536 + ((first >>> 16) & 255)]! ^
      tables[1280 + ((first >>> 8) & 255)]! ^
      tables[1024 + (first & 255)]! ^
      tables[768 + bytes[i + 4]!]! ^
      tables[512 + bytes[i + 5]!]! ^
      tables[256 + bytes[i + 6]!]! ^
      tables[bytes[i + 7]!]!
  }
  for (; i < to; i++) crc = (crc << 8) ^ tables[(crc >>> 24) ^ bytes[i]!]!
  return crc
}
