import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { utf8Writer } from '../tables/utf8.ts'
import { rest } from './rest.ts'

/** How often each word comes. */
export interface WordCounts {
  readonly words: ByteStrings
  /** Of word `i`; exact up to 2^53. */
  readonly counts: Float64Array
}

export interface CountOptions {
  /** Ends of words: `cut(bytes, at, end)` is where the word that begins at `at` ends. */
  cut(bytes: Uint8Array, at: number, end: number): number
  signal?: AbortSignal | undefined
  /** Told the bytes counted so far, about every 16 MiB. */
  progress?: ((bytes: number) => void) | undefined
}

export type Texts = Iterable<string> | AsyncIterable<string>

/** Takes a word: `bytes[at … end)`. */
export type AddWord = (bytes: Uint8Array, at: number, end: number) => void

/** Bytes after which the event loop gets a turn. */
const turn = 16 * 1024 * 1024

/** Counts words: memory depends on the distinct ones and the longest text, not on the texts. */
export class WordCounter {
  readonly #words = new ByteStrings({ strings: 1 << 14, bytes: 1 << 17 })
  #counts = new Float64Array(1 << 14)
  /** Bytes of text so far. */
  bytes = 0

  /** @param options.each gives the words of a text to `add` */
  async count(
    texts: Texts,
    options: Pick<CountOptions, 'signal' | 'progress'> & { each(bytes: Uint8Array, add: AddWord): void },
  ): Promise<void> {
    const write = utf8Writer()
    const add: AddWord = (bytes, at, end) => this.add(bytes, at, end)
    let due = this.bytes + turn
    for await (const text of texts) {
      const bytes = write(text)
      options.each(bytes, add)
      this.bytes += bytes.length
      if (this.bytes >= due) {
        due = this.bytes + turn
        options.progress?.(this.bytes)
        await rest(options.signal)
      }
      options.signal?.throwIfAborted()
    }
  }

  add(bytes: Uint8Array, at: number, end: number): void {
    const word = this.#words.add(bytes, at, end, hashBytes(bytes, at, end))
    if (word >= this.#counts.length) {
      const grown = new Float64Array(this.#counts.length * 2)
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[word]!++
  }

  result(): WordCounts {
    return { words: this.#words, counts: this.#counts.subarray(0, this.#words.size) }
  }
}

/** The words of texts that are cut end to end. */
export async function countWords(texts: Texts, options: CountOptions): Promise<WordCounts> {
  const { cut, signal, progress } = options
  const counter = new WordCounter()
  const each = (bytes: Uint8Array, add: AddWord): void => {
    for (let at = 0; at < bytes.length; ) {
      const stop = cut(bytes, at, bytes.length)
      add(bytes, at, stop)
      at = stop
    }
  }
  await counter.count(texts, { each, signal, progress })
  return counter.result()
}
