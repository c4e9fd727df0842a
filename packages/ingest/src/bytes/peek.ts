import type { ByteReader } from './reader.ts'

/** A reader whose next bytes can be looked at before they are read. */
export interface PeekReader extends ByteReader {
  /** The next `count` bytes, fewer only at the end or before a fault. Valid until the next call. */
  peek(count: number): Promise<Uint8Array>
}

export function peekReader(inner: ByteReader): PeekReader {
  let held = new Uint8Array(0)
  let start = 0
  let end = 0
  // What fails while looking ahead is told when the bytes before it have been read.
  let failure: { error: unknown } | undefined
  return {
    async peek(count) {
      if (end - start < count && held.length < count) {
        const larger = new Uint8Array(count)
        larger.set(held.subarray(start, end))
        held = larger
        end -= start
        start = 0
      } else if (held.length - start < count) {
        held.copyWithin(0, start, end)
        end -= start
        start = 0
      }
      while (end - start < count && !failure) {
        const read = await inner.read(held.subarray(end, start + count)).catch((error: unknown) => {
          failure = { error }
          return 0
        })
        if (read === 0) break
        end += read
      }
      return held.subarray(start, Math.min(end, start + count))
    },
    async read(into) {
      if (start === end) {
        if (failure) throw failure.error
        return inner.read(into)
      }
      const count = Math.min(into.length, end - start)
      into.set(held.subarray(start, start + count))
      start += count
      if (start === end) {
        held = new Uint8Array(0)
        start = 0
        end = 0
      }
      return count
    },
    close: () => inner.close(),
  }
}
