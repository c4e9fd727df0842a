import { utf8Writer } from '../tables/utf8.ts'
import { rest } from './rest.ts'
import { WordTable } from './word-table.ts'

/** Distinct words, and how often each comes: word `i` is `arena[starts[i] … starts[i + 1])`. */
export interface WordCounts {
  readonly size: number
  /** Whoever learns may give it up. */
  arena: Uint8Array
  readonly starts: Int32Array
  /** Exact up to 2^53. */
  readonly counts: Float64Array
  /** Of the texts. */
  readonly bytes: number
  /** Rare words that were given up, so that memory has a bound, and how often they had come. */
  readonly pruned: { readonly words: number; readonly occurrences: number }
}

export type Texts = Iterable<string> | AsyncIterable<string>

/** Takes a word: `bytes[at … end)`. */
export type AddWord = (bytes: Uint8Array, at: number, end: number) => void

/** Gives the words of a text to `add`. */
export type EachWord = (bytes: Uint8Array, add: AddWord) => void

export interface CountOptions {
  /** Distinct words that are held; beyond that the rarest are given up. Default 1,572,864, up to 130 MB. */
  maxWords?: number | undefined
  signal?: AbortSignal | undefined
  /** Told the bytes counted so far, about every 16 MiB. */
  progress?: ((bytes: number) => void) | undefined
}

/** Bytes after which the event loop gets a turn. */
const turn = 16 * 1024 * 1024

/** Counts the words of texts. Memory depends on the distinct ones and the longest text, not on the texts. */
export async function countWords(texts: Texts, each: EachWord, options: CountOptions = {}): Promise<WordCounts> {
  const { signal, progress } = options
  const table = new WordTable(options.maxWords)
  const write = utf8Writer()
  const add: AddWord = (bytes, at, end) => table.add(bytes, at, end)
  let counted = 0
  let due = turn
  for await (const text of texts) {
    const bytes = write(text)
    each(bytes, add)
    counted += bytes.length
    if (counted >= due) {
      due = counted + turn
      progress?.(counted)
      await rest(signal)
    }
    signal?.throwIfAborted()
  }
  progress?.(counted)
  const counts = table.result(counted)
  table.clear()
  return counts
}

/** The words of texts that are cut end to end. @param cut end of the word that begins at `bytes[at]` */
export function wordsByCut(cut: (bytes: Uint8Array, at: number, end: number) => number): EachWord {
  return (bytes, add) => {
    for (let at = 0; at < bytes.length; ) {
      const stop = cut(bytes, at, bytes.length)
      add(bytes, at, stop)
      at = stop
    }
  }
}
