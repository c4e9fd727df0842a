import { DataError } from '@sluice/pipeline'
import { readBpe } from '../bpe/read.ts'
import { bpeTokenizer } from '../bpe/tokenizer.ts'
import { readLevel } from '../level/read.ts'
import { levelTokenizer } from '../level/tokenizer.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { readWordPiece } from '../wordpiece/read.ts'
import { wordPieceTokenizer } from '../wordpiece/tokenizer.ts'
import { isObject, kindOf, objectAt } from './shape.ts'
import { endOfTextId, readSpecial } from './special.ts'
import { unsupported } from './unsupported.ts'

/**
 * A tokenizer from its tokenizer.json (parsed): byte-level BPE, BERT's WordPiece, and what `trainCharacters` and `trainWords`
 * write.
 *
 * @param options.endOfText spelling of the special token that ends a document, where its name does not tell
 * @throws DataError for other kinds, and for files that contradict themselves
 */
export function loadTokenizer(json: unknown, options: { endOfText?: string } = {}): Tokenizer {
  if (!isObject(json)) throw new DataError(`tokenizer.json must hold an object, found ${kindOf(json)}`)
  const { type } = objectAt(json, 'model')
  if (type !== 'BPE' && type !== 'WordLevel' && type !== 'WordPiece') {
    throw unsupported(`expected a model of type "BPE", "WordPiece" or "WordLevel", found ${JSON.stringify(type)}`, {
      place: 'model.type',
      advice: 'Unigram and other kinds are not read; train one of these on the corpus',
    })
  }
  const special = readSpecial(json)
  const endOfText = endOfTextId(json, special, options.endOfText)
  if (type === 'BPE') return bpeTokenizer(readBpe(json, special), endOfText)
  if (type === 'WordLevel') return levelTokenizer(readLevel(json, special, endOfText))
  return wordPieceTokenizer(readWordPiece(json, special, endOfText))
}
