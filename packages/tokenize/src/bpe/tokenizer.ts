import { decodeIds, replacement, streamDecoder } from '../decode.ts'
import { tellEndOfText } from '../json/special.ts'
import { spansOf } from '../spans.ts'
import { encodeString } from '../special.ts'
import { utf8Writer } from '../tables/utf8.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { spell } from './byte-level.ts'
import { bpeEncoder } from './encoder.ts'
import { writeBpe } from './json.ts'
import type { BpeModel } from './model.ts'

/** Byte-level BPE. Any well-formed string comes back from its ids as it was. */
export function bpeTokenizer(model: BpeModel, endOfText: number): Tokenizer {
  const { bytes } = model
  const encodeUtf8 = bpeEncoder(model)
  const special = new Map([...model.special].map(([spelling, id]) => [id, spelling]))
  const bytesOf = (id: number) => bytes[id] ?? replacement
  return {
    kind: 'bpe',
    vocabSize: bytes.length,
    endOfText,
    encode: encodeString(encodeUtf8, model.special, utf8Writer()),
    encodeUtf8,
    encodeUtf8Spans: spansOf(encodeUtf8, id => bytes[id]!.length),
    special: model.special,
    decode: ids => decodeIds(bytesOf, ids),
    decoder: () => streamDecoder(bytesOf),
    token: id => special.get(id) ?? (bytes[id] ? spell(bytes[id]) : '\ufffd'),
    tokenBytes: id => bytesOf(id).slice(),
    toJSON: () => tellEndOfText(writeBpe(model), model.special, endOfText),
  }
}
