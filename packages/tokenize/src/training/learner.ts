import type { Tokenizer } from '../tokenizer.ts'
import { type CountOptions, countWords, type EachWord, type Texts, type WordCounts } from './word-counts.ts'

/** What every trainer takes besides what it learns. */
export interface TrainOptions extends Pick<CountOptions, 'maxWords' | 'signal'> {
  /** Told how far it is: the bytes counted; then, for kinds that merge, the merges made and their share of all. */
  progress?: ((state: TrainProgress) => void) | undefined
}

export interface TrainProgress {
  readonly bytes: number
  readonly merges: number
  readonly share: number
}

/** A way to learn a tokenizer: first the words of texts are counted, then it is made of the counts. */
export interface Learner {
  readonly kind: 'bpe' | 'wordpiece' | 'char' | 'word'
  readonly each: EachWord
  learn(counts: WordCounts, options: TrainOptions): Promise<Tokenizer>
}

/** Counts the words of the texts and learns from them. */
export async function train(learner: Learner, texts: Texts, options: TrainOptions): Promise<Tokenizer> {
  const { maxWords, signal, progress } = options
  const counts = await countWords(texts, learner.each, {
    maxWords,
    signal,
    progress: bytes => progress?.({ bytes, merges: 0, share: 0 }),
  })
  return learner.learn(counts, options)
}
