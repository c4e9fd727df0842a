import type { Tokenizer } from '../tokenizer.ts'
import { wordPieceFiles } from '../wordpiece/files.ts'
import { isObject } from './shape.ts'

/**
 * A tokenizer as the files of a Hugging Face model directory: tokenizer.json, tokenizer_config.json, special_tokens_map.json,
 * for BPE also vocab.json and merges.txt, for WordPiece vocab.txt.
 *
 * @param options.modelMaxLength tokens that the model takes; told to those who load it. Default: not said
 */
export function tokenizerFiles(tokenizer: Tokenizer, options: { modelMaxLength?: number } = {}): Map<string, string> {
  const json = tokenizer.toJSON()
  const model = isObject(json) && isObject(json.model) ? json.model : {}
  const end = tokenizer.token(tokenizer.endOfText)
  if (model.type === 'WordPiece') return wordPieceFiles(tokenizer, json, options.modelMaxLength)
  const bpe = model.type === 'BPE'
  const unknown = typeof model.unk_token === 'string' ? model.unk_token : end
  const map = { bos_token: end, eos_token: end, unk_token: unknown }
  const config = {
    tokenizer_class: bpe ? 'GPT2TokenizerFast' : 'PreTrainedTokenizerFast',
    ...map,
    ...(bpe ? { add_prefix_space: false } : {}),
    clean_up_tokenization_spaces: false,
    ...(options.modelMaxLength === undefined ? {} : { model_max_length: options.modelMaxLength }),
  }
  const files = new Map([
    ['tokenizer.json', JSON.stringify(json)],
    ['tokenizer_config.json', JSON.stringify(config, undefined, 2)],
    ['special_tokens_map.json', JSON.stringify(map, undefined, 2)],
  ])
  if (bpe) {
    files.set('vocab.json', JSON.stringify(model.vocab))
    const merges = (model.merges as [string, string][]).map(([a, b]) => `${a} ${b}`)
    files.set('merges.txt', `${['#version: 0.2', ...merges].join('\n')}\n`)
  }
  return files
}
