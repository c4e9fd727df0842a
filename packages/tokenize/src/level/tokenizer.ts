import { decodeIds, replacement, streamDecoder } from '../decode.ts'
import { addedTokens } from '../json/added-tokens.ts'
import type { JsonObject } from '../json/shape.ts'
import { tellEndOfText } from '../json/special.ts'
import { encodeString } from '../special.ts'
import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import type { Ids } from '../tables/ids.ts'
import { utf8Writer } from '../tables/utf8.ts'
import type { Tokenizer } from '../tokenizer.ts'
import type { Cut } from './cuts.ts'

export interface LevelModel {
  readonly cut: Cut
  /** Spelling of every id; undefined where an id stands for nothing. */
  readonly tokens: readonly (string | undefined)[]
  /** Spelling to id, of the tokens that no text gives. */
  readonly special: ReadonlyMap<string, number>
  /** What a piece that the vocabulary lacks becomes; one of `special`. */
  readonly unknown: string
  readonly endOfText: number
}

/**
 * A vocabulary of whole pieces. A text comes back from its ids where the vocabulary has all its pieces; a piece it lacks
 * becomes the unknown token, which decodes to U+FFFD.
 */
export function levelTokenizer(model: LevelModel): Tokenizer {
  const { cut, tokens, special, endOfText } = model
  const unknown = special.get(model.unknown)!
  const encoder = new TextEncoder()
  const bytes = tokens.map((token, id) => (token === undefined || id === unknown ? replacement : encoder.encode(token)))
  const bytesOf = (id: number) => bytes[id] ?? replacement
  const known = new ByteStrings()
  const idOf: number[] = []
  tokens.forEach((token, id) => {
    if (token === undefined || special.has(token)) return
    const spelling = encoder.encode(token)
    idOf[known.add(spelling, 0, spelling.length, hashBytes(spelling, 0, spelling.length))] = id
  })
  const encodeUtf8 = (text: Uint8Array, at: number, end: number, out: Ids): void => {
    for (let i = at; i < end; ) {
      const stop = cut.end(text, i, end)
      const found = known.find(text, i, stop, hashBytes(text, i, stop))
      out.push(found < 0 ? unknown : idOf[found]!)
      i = stop
    }
  }
  const encodeUtf8Spans = (text: Uint8Array, at: number, end: number, out: Ids, spans: Ids): void => {
    encodeUtf8(text, at, end, out)
    for (let i = at; i < end; ) {
      const stop = cut.end(text, i, end)
      spans.push(i)
      spans.push(stop)
      i = stop
    }
  }
  return {
    kind: cut.kind,
    vocabSize: tokens.length,
    endOfText,
    encode: encodeString(encodeUtf8, special, utf8Writer()),
    encodeUtf8,
    encodeUtf8Spans,
    special,
    decode: ids => decodeIds(bytesOf, ids),
    decoder: () => streamDecoder(bytesOf),
    token: id => tokens[id] ?? '\ufffd',
    tokenBytes: id => bytesOf(id).slice(),
    toJSON: () => tellEndOfText(writeLevel(model), special, endOfText),
  }
}

/** tokenizer.json: a WordLevel model behind a Split pre-tokenizer, its tokens joined as they are by the Fuse decoder. */
function writeLevel({ cut, tokens, special, unknown }: LevelModel): JsonObject {
  const vocab: Record<string, number> = Object.create(null)
  tokens.forEach((token, id) => {
    if (token !== undefined) vocab[token] = id
  })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(special),
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: cut.pattern }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'WordLevel', vocab, unk_token: unknown },
  }
}
