import { ConfigError } from '@sluice/pipeline'
import { type Cut, characterCut, wordCut } from '../level/cuts.ts'
import { levelTokenizer } from '../level/tokenizer.ts'
import { endOfTextToken, type Tokenizer, unknownToken } from '../tokenizer.ts'
import { countWords, type Texts } from './word-counts.ts'

export interface TrainLevelOptions {
  /** At most so many ids, special tokens included: the most frequent pieces. Default: no limit (trainWords: 30,000). */
  vocabSize?: number
  /** A piece that comes less often is unknown. Default 1. */
  minFrequency?: number
  signal?: AbortSignal
  /** Told the bytes counted so far. */
  progress?(state: { bytes: number }): void
}

/** A vocabulary of the texts' code points, the most frequent first. */
export function trainCharacters(texts: Texts, options: TrainLevelOptions = {}): Promise<Tokenizer> {
  return trainLevel(characterCut, texts, options)
}

/** A vocabulary of the texts' words, runs of white space and punctuation marks, the most frequent first. */
export function trainWords(texts: Texts, options: TrainLevelOptions = {}): Promise<Tokenizer> {
  return trainLevel(wordCut, texts, { vocabSize: 30_000, ...options })
}

async function trainLevel(cut: Cut, texts: Texts, options: TrainLevelOptions): Promise<Tokenizer> {
  const { vocabSize = Number.POSITIVE_INFINITY, minFrequency = 1, signal, progress } = options
  const special = [endOfTextToken, unknownToken]
  if (vocabSize <= special.length) {
    throw new ConfigError(
      `vocabSize is ${vocabSize}, ${special.length} special tokens and a piece of text need ${special.length + 1}`,
    )
  }
  const { words, counts } = await countWords(texts, {
    cut: cut.end,
    signal,
    ...(progress && { progress: bytes => progress({ bytes }) }),
  })
  const reserved = new Set(special)
  const found = Array.from(counts, (count, i) => ({ count, bytes: Buffer.from(words.get(i)) }))
    .filter(word => word.count >= minFrequency && !reserved.has(word.bytes.toString('utf8')))
    // The order of Hugging Face's WordLevelTrainer: by count, then by spelling.
    .sort((a, b) => b.count - a.count || Buffer.compare(a.bytes, b.bytes))
    .slice(0, vocabSize - special.length)
  return levelTokenizer({
    cut,
    tokens: [...special, ...found.map(word => word.bytes.toString('utf8'))],
    special: new Map(special.map((token, id) => [token, id])),
    unknown: unknownToken,
    endOfText: 0,
  })
}
