import type { Json } from '@sluice/pipeline'
import type { Ids } from './tables/ids.ts'

/** Turns text into ids and back. Ids are 0 … vocabSize - 1. */
export interface Tokenizer {
  /** `bpe`, `wordpiece`, `char` or `word`. */
  readonly kind: string
  /** One more than the highest id: what a model's embedding table must hold. */
  readonly vocabSize: number
  /** Id of the token that ends a document. */
  readonly endOfText: number
  /**
   * Special tokens never come from plain text, unless asked for: their spelling is cut like any other. Lone surrogates count as
   * U+FFFD.
   */
  encode(text: string, options?: EncodeOptions): Int32Array
  /** Never throws: an id out of range and bytes that are no UTF-8 become U+FFFD. Special tokens appear as they are spelt. */
  decode(ids: ArrayLike<number>): string
  /** Decodes id by id. `push` returns the characters complete so far, `end` what is left. */
  decoder(): StreamDecoder
  /** The id's entry in the vocabulary, as tokenizer.json spells it. */
  token(id: number): string
  /** The UTF-8 bytes that the id stands for; one character may be spread over several ids. */
  tokenBytes(id: number): Uint8Array
  /** Hugging Face's tokenizer.json. */
  toJSON(): Json
  /** Appends the ids of `bytes[at … end)`, UTF-8, to `out`: for columns, without a string in between. */
  encodeUtf8?(bytes: Uint8Array, at: number, end: number, out: Ids): void
  /** The same, and to `spans` two numbers an id: where in `bytes` the text that it stands for begins and ends. */
  encodeUtf8Spans?(bytes: Uint8Array, at: number, end: number, out: Ids, spans: Ids): void
  /** Spelling to id of the special tokens. */
  readonly special?: ReadonlyMap<string, number>
}

export interface EncodeOptions {
  /** `allow`: the spelling of a special token is that token. Default `text`: it is text. Never allow it in a corpus. */
  special?: 'text' | 'allow'
}

export interface StreamDecoder {
  push(id: number): string
  end(): string
}

/** What Hugging Face's GPT-2 calls it, and what all our trainers put first. */
export const endOfTextToken = '<|endoftext|>'

/** What a piece of text becomes that the vocabulary lacks; byte-level BPE has no such pieces. */
export const unknownToken = '<|unk|>'
