import { DataError } from '@sluice/pipeline'
import type { Tokenizer } from '@sluice/tokenize'
import type { Corpus } from './corpus.ts'
import { trainingTexts } from './texts.ts'

interface Reading {
  readonly corpus: Corpus
  readonly seed: number
  readonly signal: AbortSignal
}

/**
 * Makes sure that there is text to train on, before a run touches its folder. Reads the first of it only.
 *
 * @throws DataError when there is none; what the source throws for a file that is missing
 */
export async function requireText(reading: Reading): Promise<void> {
  for await (const _ of trainingTexts({ ...reading, bytes: 1, here: true })) return
}

/**
 * Makes sure that the training part fills at least one block, before a run begins that would never get a batch. Reads no
 * further than that.
 *
 * @throws DataError with the number of tokens found and needed
 */
export async function requireOneBlock(
  reading: Reading & { readonly tokenizer: Tokenizer; readonly blockSize: number },
): Promise<void> {
  const { tokenizer, blockSize, signal } = reading
  let tokens = 0
  for await (const text of trainingTexts({ ...reading, bytes: Number.POSITIVE_INFINITY, here: true })) {
    // One more for the end-of-text token after each document.
    tokens += tokenizer.encode(text).length + 1
    // A block holds one token more than the model reads: the last target.
    if (tokens > blockSize) return
  }
  if (signal.aborted) return
  throw new DataError(`the training part of the corpus holds ${tokens} tokens, one block needs ${blockSize + 1}`, {
    place: 'data.blockSize',
    advice: tokens > 2 ? `add text, or set data.blockSize to at most ${tokens - 1}` : 'add text',
  })
}
