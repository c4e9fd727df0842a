import type { ByteReader } from '../bytes/reader.ts'

/**
 * Turns any encoding that `TextDecoder` knows into UTF-8. The decoder keeps the beginning of a character that a read cut, so
 * none is ever torn; what is not a character becomes U+FFFD.
 *
 * @param encoding a label of the WHATWG Encoding Standard, `utf-16le` for instance
 */
export function decodingReader(input: ByteReader, encoding: string): ByteReader {
  const decoder = new TextDecoder(encoding)
  const raw = new Uint8Array(64 * 1024)
  let ready = Buffer.alloc(0)
  let ended = false
  return {
    async read(into) {
      while (ready.length === 0) {
        if (ended) return 0
        const count = await input.read(raw)
        ended = count === 0
        ready = Buffer.from(decoder.decode(raw.subarray(0, count), { stream: !ended }))
      }
      const count = Math.min(into.length, ready.length)
      into.set(ready.subarray(0, count))
      ready = ready.subarray(count)
      return count
    },
    close: () => input.close(),
  }
}
