import { Ids, keptIds } from './tables/ids.ts'
import type { EncodeOptions } from './tokenizer.ts'

type EncodeUtf8 = (bytes: Uint8Array, at: number, end: number, out: Ids) => void

/**
 * `encode` of a tokenizer: plain text by `encodeUtf8`. Where special tokens are allowed, each spelling found in the text, leftmost
 * and longest first, is its id, and what stands between is encoded for itself.
 *
 * @param write makes UTF-8 of a string, valid until it is called again
 */
export function encodeString(
  encodeUtf8: EncodeUtf8,
  special: ReadonlyMap<string, number>,
  write: (text: string) => Uint8Array,
): (text: string, options?: EncodeOptions) => Int32Array {
  let spellings: RegExp | undefined
  let out = new Ids()
  const plain = (text: string, out: Ids): void => {
    const utf8 = write(text)
    out.reserve((utf8.length >> 1) + 8)
    encodeUtf8(utf8, 0, utf8.length, out)
  }
  return (text, options) => {
    if (out.values.length > keptIds) out = new Ids()
    out.length = 0
    if (options?.special !== 'allow' || special.size === 0) {
      plain(text, out)
      return out.toArray()
    }
    spellings ??= anyOf([...special.keys()])
    let at = 0
    for (const found of text.matchAll(spellings)) {
      if (found.index > at) plain(text.slice(at, found.index), out)
      out.push(special.get(found[0])!)
      at = found.index + found[0].length
    }
    if (at < text.length) plain(text.slice(at), out)
    return out.toArray()
  }
}

/** Finds each of them, leftmost and longest first. */
export function anyOf(spellings: readonly string[]): RegExp {
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map(spelling => spelling.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
}
