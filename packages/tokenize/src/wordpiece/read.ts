import { DataError, type Json } from '@sluice/pipeline'
import { type JsonObject, kindOf, objectAt, single, vocabAt } from '../json/shape.ts'
import { unsupported } from '../json/unsupported.ts'
import { bertTemplate } from './json.ts'
import { bertSpecialTokens, type WordPieceModel } from './model.ts'
import type { BertOptions } from './options.ts'

/** The model of a BERT's tokenizer.json. @throws DataError for what would cut in another way than `wordPieceEncoder` does */
export function readWordPiece(
  json: JsonObject,
  special: ReadonlyMap<string, number>,
  endOfText: number,
): WordPieceModel {
  const model = objectAt(json, 'model')
  const normalizer = objectAt(json, 'normalizer')
  requireType(single(json.normalizer, 'normalizers'), 'normalizer', 'BertNormalizer')
  requireType(single(json.pre_tokenizer, 'pretokenizers'), 'pre_tokenizer', 'BertPreTokenizer')
  const decoder = single(json.decoder ?? { type: 'WordPiece', prefix: '##', cleanup: true }, 'decoders')
  requireType(decoder, 'decoder', 'WordPiece')
  const prefix = model.continuing_subword_prefix ?? '##'
  const unknown = model.unk_token ?? '[UNK]'
  const longestWord = model.max_input_chars_per_word ?? 100
  if (typeof prefix !== 'string' || prefix === '') {
    throw new DataError(`expected a text, found ${kindOf(prefix)}`, { place: 'model.continuing_subword_prefix' })
  }
  const tokens: (string | undefined)[] = []
  for (const [token, id] of [...vocabAt(model), ...special]) tokens[id] = token
  if (typeof unknown !== 'string' || !tokens.includes(unknown)) {
    throw new DataError(`${JSON.stringify(unknown)} is not in the vocabulary`, { place: 'model.unk_token' })
  }
  return {
    normalizer: readNormalizer((single(normalizer, 'normalizers') ?? normalizer) as JsonObject),
    tokens: Array.from(tokens),
    special,
    unknown,
    prefix,
    longestWord: Number(longestWord),
    cleanup: decoder?.cleanup !== false,
    postProcessor: (json.post_processor ?? null) as Json,
    endOfText,
  }
}

function readNormalizer(json: JsonObject): Required<BertOptions> {
  const lowercase = json.lowercase !== false
  return {
    cleanText: json.clean_text !== false,
    handleChineseChars: json.handle_chinese_chars !== false,
    stripAccents: typeof json.strip_accents === 'boolean' ? json.strip_accents : undefined,
    lowercase,
  }
}

function requireType(component: JsonObject | undefined, place: string, type: string): void {
  if (component?.type === type) return
  const found = JSON.stringify(component?.type ?? null)
  throw unsupported(`expected "${type}", found ${found}`, {
    place: `${place}.type`,
    advice: 'only BERT as such is read',
  })
}

/**
 * The model of a BERT's vocab.txt: a token a line, its id the line's number from 0. Tokens in brackets, as BERT spells them, are
 * special.
 *
 * @throws DataError for a token that stands twice or a vocabulary without `[UNK]` or `[SEP]`
 */
export function readVocabTxt(text: string, normalizer: BertOptions = {}): WordPieceModel {
  const tokens = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const ids = new Map<string, number>()
  tokens.forEach((token, id) => {
    const before = ids.get(token)
    if (before !== undefined) {
      throw new DataError(`${JSON.stringify(token)} stands twice, first in line ${before + 1}`, {
        place: `line ${id + 1}`,
      })
    }
    ids.set(token, id)
  })
  const special = new Map(bertSpecialTokens.filter(token => ids.has(token)).map(token => [token, ids.get(token)!]))
  for (const needed of ['[UNK]', '[SEP]']) {
    if (!special.has(needed))
      throw new DataError(`the vocabulary has no ${needed}`, { advice: 'is this a vocab.txt of BERT?' })
  }
  return {
    normalizer: bertDefaults(normalizer),
    tokens,
    special,
    unknown: '[UNK]',
    prefix: '##',
    longestWord: 100,
    cleanup: true,
    postProcessor: bertTemplate(special),
    endOfText: special.get('[SEP]')!,
  }
}

export function bertDefaults(options: BertOptions): Required<BertOptions> {
  const { cleanText = true, handleChineseChars = true, lowercase = true, stripAccents } = options
  return { cleanText, handleChineseChars, stripAccents, lowercase }
}
