import type { BpeCutName } from '../bpe/cuts.ts'
import type { BertOptions } from '../wordpiece/options.ts'

/** What a worker is started with: a tokenizer to encode by, or a way to cut words that are to be counted. */
export type WorkerTask =
  | { readonly what: 'encode'; readonly tokenizer: string; readonly endOfText: string }
  | { readonly what: 'count'; readonly cut: WordCutName; readonly bert?: BertOptions }

/** How words are cut where they are counted. */
export type WordCutName = BpeCutName | 'char' | 'word' | 'bert'

/** Texts, UTF-8, end to end: text `i` is `bytes[offsets[i] … offsets[i + 1])`. Both buffers are transferred. */
export interface Texts {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offsets: Int32Array<ArrayBuffer>
}

export type Request =
  | ({ readonly job: number; readonly what: 'texts' } & Texts)
  /** Asks for what has been counted. */
  | { readonly job: number; readonly what: 'result' }

/** Ids of text `i` are `ids[offsets[i] … offsets[i + 1])`. */
export interface EncodedTexts {
  readonly ids: Int32Array<ArrayBuffer>
  readonly offsets: Int32Array<ArrayBuffer>
}

/** Distinct words end to end, and how often each came. */
export interface CountedWords {
  readonly arena: Uint8Array<ArrayBuffer>
  readonly starts: Int32Array<ArrayBuffer>
  readonly counts: Float64Array<ArrayBuffer>
}

export type Reply =
  | { readonly job: number; readonly result: EncodedTexts | CountedWords | undefined }
  | {
      readonly job: number
      readonly error: { readonly name: string; readonly message: string; readonly stack: string }
    }
