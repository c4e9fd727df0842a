import type { Json } from '@sluice/pipeline'
import { addedTokens } from '../json/added-tokens.ts'
import type { JsonObject } from '../json/shape.ts'
import type { WordPieceModel } from './model.ts'

/** tokenizer.json in the form that Hugging Face's `tokenizers` writes for BERT. */
export function writeWordPiece(model: WordPieceModel): JsonObject {
  const { cleanText, handleChineseChars, stripAccents, lowercase } = model.normalizer
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(model.special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: cleanText,
      handle_chinese_chars: handleChineseChars,
      strip_accents: stripAccents ?? null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: model.postProcessor,
    decoder: { type: 'WordPiece', prefix: model.prefix, cleanup: model.cleanup },
    model: {
      type: 'WordPiece',
      unk_token: model.unknown,
      continuing_subword_prefix: model.prefix,
      max_input_chars_per_word: model.longestWord,
      vocab: wordPieceVocab(model),
    },
  }
}

/** Spelling to id, in the order of the ids. */
function wordPieceVocab({ tokens }: WordPieceModel): Record<string, number> {
  const vocab: Record<string, number> = Object.create(null)
  tokens.forEach((token, id) => {
    if (token !== undefined) vocab[token] = id
  })
  return vocab
}

/** Hugging Face's post-processor that puts `[CLS]` before a text and `[SEP]` after it; null without these two. */
export function bertTemplate(special: ReadonlyMap<string, number>): Json {
  const cls = special.get('[CLS]')
  const sep = special.get('[SEP]')
  if (cls === undefined || sep === undefined) return null
  const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } })
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } })
  const known = (id: string, number: number) => ({ id, ids: [number], tokens: [id] })
  const single = [token('[CLS]', 0), text('A', 0), token('[SEP]', 0)]
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, text('B', 1), token('[SEP]', 1)],
    special_tokens: { '[CLS]': known('[CLS]', cls), '[SEP]': known('[SEP]', sep) },
  }
}
