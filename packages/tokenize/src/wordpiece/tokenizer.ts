import { replacement } from '../decode.ts'
import { tellEndOfText } from '../json/special.ts'
import { encodeString } from '../special.ts'
import { utf8Writer } from '../tables/utf8.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { wordPieceDecoder } from './decode.ts'
import { wordPieceEncoder } from './encoder.ts'
import { writeWordPiece } from './json.ts'
import type { WordPieceModel } from './model.ts'

/** BERT's WordPiece. Decoding gives words with single spaces between them: what the normalizer took off is gone. */
export function wordPieceTokenizer(model: WordPieceModel): Tokenizer {
  const { tokens, special, prefix, endOfText } = model
  const { encode, encodeSpans } = wordPieceEncoder(model)
  const encoder = new TextEncoder()
  const continues = (token: string) => token.startsWith(prefix) && !special.has(token)
  return {
    kind: 'wordpiece',
    vocabSize: tokens.length,
    endOfText,
    special,
    encode: encodeString(encode, special, utf8Writer()),
    encodeUtf8: encode,
    encodeUtf8Spans: encodeSpans,
    decode(ids) {
      const decoder = wordPieceDecoder(model)
      let text = ''
      for (let i = 0; i < ids.length; i++) text += decoder.push(ids[i]!)
      return text
    },
    decoder: () => wordPieceDecoder(model),
    token: id => tokens[id] ?? '\ufffd',
    tokenBytes(id) {
      const token = tokens[id]
      if (token === undefined) return replacement.slice()
      return encoder.encode(continues(token) ? token.slice(prefix.length) : token)
    },
    toJSON: () => tellEndOfText(writeWordPiece(model), special, endOfText),
  }
}
