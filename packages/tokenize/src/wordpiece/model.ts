import type { Json } from '@sluice/pipeline'
import type { BertOptions } from './options.ts'

/** A WordPiece vocabulary (Schuster and Nakajima 2012; Devlin et al. 2019) and what is done to a text before. */
export interface WordPieceModel {
  readonly normalizer: Required<BertOptions>
  /** Spelling of every id; undefined where an id stands for nothing. */
  readonly tokens: readonly (string | undefined)[]
  /** Spelling to id, of the tokens that no text gives. */
  readonly special: ReadonlyMap<string, number>
  /** What a word becomes that the vocabulary cannot spell. */
  readonly unknown: string
  /** Before every token that continues a word. */
  readonly prefix: string
  /** Longer words, in characters, are unknown. */
  readonly longestWord: number
  /** Whether decoding takes out the space before punctuation marks and English contractions. */
  readonly cleanup: boolean
  /** As it stands in tokenizer.json: kept, not used. */
  readonly postProcessor: Json
  readonly endOfText: number
}

/** BERT's special tokens, in the order of their ids. */
export const bertSpecialTokens: readonly string[] = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
