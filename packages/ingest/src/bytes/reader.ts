/**
 * Bytes in order, pulled. Everything below a format (a file, a decompressor, a transcoder) is one of these, so they stack.
 */
export interface ByteReader {
  /**
   * Fills `into` from its start with at least one byte.
   *
   * @returns how many bytes were written; 0 means the end
   */
  read(into: Uint8Array): Promise<number>
  close(): Promise<void>
}

/** Reads on and throws away `count` bytes. Returns how many there were, which is fewer at the end only. */
export async function skipBytes(reader: ByteReader, count: number): Promise<number> {
  const waste = new Uint8Array(Math.min(count, 256 * 1024))
  let skipped = 0
  while (skipped < count) {
    const read = await reader.read(waste.subarray(0, Math.min(waste.length, count - skipped)))
    if (read === 0) break
    skipped += read
  }
  return skipped
}
