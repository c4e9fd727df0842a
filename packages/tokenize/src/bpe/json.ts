import { addedTokens } from '../json/added-tokens.ts'
import type { JsonObject } from '../json/shape.ts'
import { spell } from './byte-level.ts'
import { preTokenizer } from './cuts.ts'
import type { BpeModel } from './model.ts'

/** tokenizer.json in the form that Hugging Face's `tokenizers` writes for a byte-level BPE. */
export function writeBpe(model: BpeModel): JsonObject {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(model.special),
    normalizer: null,
    pre_tokenizer: preTokenizer(model.cut),
    post_processor: model.postProcessor,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: model.ignoreMerges,
      vocab: bpeVocab(model),
      merges: bpeMerges(model),
    },
  }
}

/** Spelling to id, in the order of the ids. */
export function bpeVocab(model: BpeModel): Record<string, number> {
  const special = new Map([...model.special].map(([spelling, id]) => [id, spelling]))
  const vocab: Record<string, number> = Object.create(null)
  model.bytes.forEach((bytes, id) => {
    const spelling = special.get(id) ?? spell(bytes)
    if (spelling !== '') vocab[spelling] = id
  })
  return vocab
}

/** Pairs of spellings in the order of rank. */
export function bpeMerges(model: BpeModel): [string, string][] {
  const { left, right, size } = model.pairs
  const spellings = model.bytes.map(spell)
  return Array.from({ length: size }, (_, rank) => [spellings[left[rank]!]!, spellings[right[rank]!]!])
}
