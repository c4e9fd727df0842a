import type { ByteReader } from '../bytes/reader.ts'

/** A reader of bytes in memory that gives at most `step` of them at a time, and then fails if there is an error to fail with. */
export function bytesReader(bytes: Uint8Array, step = Number.POSITIVE_INFINITY, error?: Error): ByteReader {
  let at = 0
  return {
    async read(into) {
      const count = Math.min(into.length, step, bytes.length - at)
      if (count === 0 && error) throw error
      into.set(bytes.subarray(at, at + count))
      at += count
      return count
    },
    async close() {},
  }
}

export async function drain(reader: ByteReader, size = 1000): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (;;) {
    const into = Buffer.alloc(size)
    const count = await reader.read(into)
    if (count === 0) return Buffer.concat(chunks)
    chunks.push(into.subarray(0, count))
  }
}
