import { ConfigError } from '@sluice/pipeline'
import { type Cut, characterCut, wordCut } from '../level/cuts.ts'
import { levelTokenizer } from '../level/tokenizer.ts'
import { endOfTextToken, type Tokenizer, unknownToken } from '../tokenizer.ts'
import { type Learner, type TrainOptions, train } from './learner.ts'
import { type Texts, type WordCounts, wordsByCut } from './word-counts.ts'

export interface LevelOptions {
  /** At most so many ids, special tokens included: the most frequent pieces. Default: no limit (trainWords: 30,000). */
  vocabSize?: number
  /** A piece that comes less often is unknown. Default 1. */
  minFrequency?: number
  /** Pieces that get an id first, whatever the texts hold. Default: none. */
  initialAlphabet?: readonly string[]
}

export type TrainLevelOptions = LevelOptions & TrainOptions

/** A vocabulary of the texts' code points, the most frequent first. */
export async function trainCharacters(texts: Texts, options: TrainLevelOptions = {}): Promise<Tokenizer> {
  return train(levelLearner(characterCut, options), texts, options)
}

/** A vocabulary of the texts' words, runs of white space and punctuation marks, the most frequent first. */
export async function trainWords(texts: Texts, options: TrainLevelOptions = {}): Promise<Tokenizer> {
  return train(levelLearner(wordCut, { vocabSize: 30_000, ...options }), texts, options)
}

const special = [endOfTextToken, unknownToken]

export function levelLearner(cut: Cut, options: LevelOptions): Learner {
  const { vocabSize = Number.POSITIVE_INFINITY, initialAlphabet = [] } = options
  const least = special.length + Math.max(1, initialAlphabet.length)
  if (vocabSize < least) {
    const needed = initialAlphabet.length > 1 ? 'the initial alphabet need' : 'a piece of text need'
    throw new ConfigError(`vocabSize is ${vocabSize}, ${special.length} special tokens and ${needed} ${least}`)
  }
  return {
    kind: cut.kind,
    each: wordsByCut((bytes, at, end) => cut.end(bytes, at, end)),
    learn: async counts => learnLevel(cut, counts, options),
  }
}

function learnLevel(cut: Cut, { size, arena, starts, counts }: WordCounts, options: LevelOptions): Tokenizer {
  const { vocabSize = Number.POSITIVE_INFINITY, minFrequency = 1, initialAlphabet = [] } = options
  const reserved = new Set([...special, ...initialAlphabet])
  const found = Array.from({ length: size }, (_, i) => ({
    count: counts[i]!,
    bytes: Buffer.from(arena.subarray(starts[i], starts[i + 1])),
  }))
    .filter(word => word.count >= minFrequency && !reserved.has(word.bytes.toString('utf8')))
    // The order of Hugging Face's WordLevelTrainer: by count, then by spelling.
    .sort((a, b) => b.count - a.count || Buffer.compare(a.bytes, b.bytes))
    .slice(0, vocabSize - reserved.size)
  return levelTokenizer({
    cut,
    tokens: [...reserved, ...found.map(word => word.bytes.toString('utf8'))],
    special: new Map(special.map((token, id) => [token, id])),
    unknown: unknownToken,
    endOfText: 0,
  })
}
