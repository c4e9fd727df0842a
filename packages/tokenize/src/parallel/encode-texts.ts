import { Ids } from '../tables/ids.ts'
import type { Tokenizer } from '../tokenizer.ts'
import type { EncodedTexts, Utf8Texts } from './messages.ts'

/** Encodes text after text. @param ids room that is used again and again; what stands in it is lost */
export function encodeTexts(tokenizer: Tokenizer, { bytes, offsets }: Utf8Texts, ids: Ids = new Ids()): EncodedTexts {
  const texts = offsets.length - 1
  ids.length = 0
  ids.reserve(((offsets[texts]! - offsets[0]!) >> 1) + texts + 16)
  const ends = new Int32Array(offsets.length)
  for (let i = 0; i < texts; i++) {
    const [at, end] = [offsets[i]!, offsets[i + 1]!]
    if (tokenizer.encodeUtf8) tokenizer.encodeUtf8(bytes, at, end, ids)
    else ids.append(tokenizer.encode(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('utf8')))
    ends[i + 1] = ids.length
  }
  return { ids: ids.toArray(), offsets: ends }
}
