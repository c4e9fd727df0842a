import type { Json } from '@sluice/pipeline'
import { isObject } from '../json/shape.ts'
import type { Tokenizer } from '../tokenizer.ts'

/** BERT's names for its special tokens, as far as there are such. */
const names: readonly [string, string][] = [
  ['unk_token', '[UNK]'],
  ['sep_token', '[SEP]'],
  ['pad_token', '[PAD]'],
  ['cls_token', '[CLS]'],
  ['mask_token', '[MASK]'],
]

/** The files of a Hugging Face model directory, by name; those of BERT. */
export function wordPieceFiles(tokenizer: Tokenizer, json: Json, modelMaxLength?: number): Map<string, string> {
  const map = Object.fromEntries(names.filter(([, token]) => tokenizer.special?.has(token)))
  const normalizer = isObject(json) && isObject(json.normalizer) ? json.normalizer : {}
  const config = {
    tokenizer_class: 'BertTokenizerFast',
    ...map,
    do_lower_case: normalizer.lowercase,
    strip_accents: normalizer.strip_accents,
    tokenize_chinese_chars: normalizer.handle_chinese_chars,
    clean_up_tokenization_spaces: false,
    ...(modelMaxLength === undefined ? {} : { model_max_length: modelMaxLength }),
  }
  return new Map([
    ['tokenizer.json', JSON.stringify(json)],
    ['tokenizer_config.json', JSON.stringify(config, undefined, 2)],
    ['special_tokens_map.json', JSON.stringify(map, undefined, 2)],
    ['vocab.txt', vocabTxt(tokenizer)],
  ])
}

/** A token a line. An id that no token has is `[unused]` and its number, so that the next line has the next id. */
export function vocabTxt(tokenizer: Tokenizer): string {
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id)
  return ids.map(id => `${tokenizer.token(id) === '\ufffd' ? `[unused${id}]` : tokenizer.token(id)}\n`).join('')
}
