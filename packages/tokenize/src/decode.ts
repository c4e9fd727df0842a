import type { StreamDecoder } from './tokenizer.ts'

// From ids to text. Bytes that are no UTF-8 become U+FFFD by the WHATWG's rule (a maximal part of a character, one
// replacement), which is also Rust's, so that decoded texts equal Hugging Face's.

/** What an id that no token has stands for. */
export const replacement: Uint8Array = Uint8Array.of(0xef, 0xbf, 0xbd)

/** Bytes of an id. */
export type BytesOf = (id: number) => Uint8Array

export function decodeIds(bytesOf: BytesOf, ids: ArrayLike<number>): string {
  let total = 0
  for (let i = 0; i < ids.length; i++) total += bytesOf(ids[i]!).length
  const bytes = Buffer.allocUnsafe(total)
  let at = 0
  for (let i = 0; i < ids.length; i++) {
    const token = bytesOf(ids[i]!)
    bytes.set(token, at)
    at += token.length
  }
  return bytes.toString('utf8')
}

/** Gives characters out as soon as their last byte is there. All that it gives together equals `decodeIds`. */
export function streamDecoder(bytesOf: BytesOf): StreamDecoder {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    push: id => utf8.decode(bytesOf(id), { stream: true }),
    end: () => utf8.decode(),
  }
}
