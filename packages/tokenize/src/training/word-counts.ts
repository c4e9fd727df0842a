import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { utf8Writer } from '../tables/utf8.ts'

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

/** Bytes after which the event loop gets a turn. */
const turn = 16 * 1024 * 1024

/** Counts the words of texts as they come: memory depends on the distinct words and the longest text, not on the texts. */
export async function countWords(texts: Texts, options: CountOptions): Promise<WordCounts> {
  const { cut } = options
  const words = new ByteStrings({ strings: 1 << 14, bytes: 1 << 17 })
  let counts = new Float64Array(1 << 14)
  const write = utf8Writer()
  let done = 0
  let due = turn
  for await (const text of texts) {
    const bytes = write(text)
    const end = bytes.length
    for (let at = 0; at < end; ) {
      const stop = cut(bytes, at, end)
      const word = words.add(bytes, at, stop, hashBytes(bytes, at, stop))
      if (word >= counts.length) {
        const grown = new Float64Array(counts.length * 2)
        grown.set(counts)
        counts = grown
      }
      counts[word]!++
      at = stop
    }
    done += end
    if (done >= due) {
      due = done + turn
      options.progress?.(done)
      await new Promise(resolve => setImmediate(resolve))
    }
    options.signal?.throwIfAborted()
  }
  return { words, counts: counts.subarray(0, words.size) }
}
