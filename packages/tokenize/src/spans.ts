import type { Ids } from './tables/ids.ts'

type EncodeUtf8 = (bytes: Uint8Array, at: number, end: number, out: Ids) => void

/** Spans of ids that stand end to end for the bytes they were made of, each for `lengthOf(id)` of them. */
export function spansOf(encode: EncodeUtf8, lengthOf: (id: number) => number) {
  return (bytes: Uint8Array, at: number, end: number, out: Ids, spans: Ids): void => {
    let i = out.length
    encode(bytes, at, end, out)
    for (let from = at; i < out.length; i++) {
      spans.push(from)
      from += lengthOf(out.values[i]!)
      spans.push(from)
    }
  }
}
