import { ConfigError } from '@sluice/pipeline'
import type { Tokenizer } from '../tokenizer.ts'
import { bertTemplate } from '../wordpiece/json.ts'
import { bertSpecialTokens } from '../wordpiece/model.ts'
import type { BertOptions } from '../wordpiece/options.ts'
import { bertDefaults } from '../wordpiece/read.ts'
import { wordPieceTokenizer } from '../wordpiece/tokenizer.ts'
import { bertWords, readCharacter } from '../wordpiece/words.ts'
import { type Learner, type TrainOptions, train } from './learner.ts'
import { learnMerges } from './merges.ts'
import { rest } from './rest.ts'
import type { Texts, WordCounts } from './word-counts.ts'

export interface WordPieceOptions extends BertOptions {
  /** Ids wanted, special tokens and the alphabet included. Fewer come out where the texts have no more pairs to merge. */
  vocabSize: number
  /** A pair that comes less often is not merged. Default 2. */
  minFrequency?: number
  /** The first ids. Default BERT's: `[PAD] [UNK] [CLS] [SEP] [MASK]`; `[UNK]` and `[SEP]` must be among them. */
  specialTokens?: readonly string[]
  /** The ids after these, whatever the texts hold: characters, and characters after `##`. Default: none. */
  initialTokens?: readonly string[]
  /** Characters that the alphabet has whatever the texts hold and `limitAlphabet` says. Default: none. */
  initialAlphabet?: readonly string[]
  /** Of the characters of the texts at most so many, the most frequent ones; words with others are unknown. Default: all. */
  limitAlphabet?: number
  /** Longer tokens, in characters, are not made. Default: no limit. */
  maxTokenLength?: number
}

export type TrainWordPieceOptions = WordPieceOptions & TrainOptions

const prefix = '##'

/**
 * Learns a WordPiece vocabulary as Hugging Face's WordPieceTrainer does: by merging the most frequent pair, like BPE, and keeping
 * the tokens only. Ids after the special tokens: the alphabet by code point, then `##` and the characters that continue words, by
 * code point, then the merges. The trainer there numbers the `##` characters in an order that changes from run to run, and ties
 * with it; numbered alike (`initialTokens` here, special tokens there) both learn the same.
 *
 * @throws ConfigError when `vocabSize` does not hold the alphabet
 */
export async function trainWordPiece(texts: Texts, options: TrainWordPieceOptions): Promise<Tokenizer> {
  return train(wordPieceLearner(options), texts, options)
}

export function wordPieceLearner(options: WordPieceOptions): Learner {
  for (const needed of ['[UNK]', '[SEP]']) {
    if (!(options.specialTokens ?? bertSpecialTokens).includes(needed)) {
      throw new ConfigError(`specialTokens lacks ${needed}`)
    }
  }
  const visitWords = bertWords(options)
  return {
    kind: 'wordpiece',
    each: (bytes, add) => visitWords(bytes, 0, bytes.length, word => add(word.bytes, 0, word.length)),
    learn: (counts, { signal, progress }) => learnWordPiece(counts, { ...options, signal, progress }),
  }
}

async function learnWordPiece(wordCounts: WordCounts, options: TrainWordPieceOptions): Promise<Tokenizer> {
  const { vocabSize, minFrequency = 2, specialTokens = bertSpecialTokens, signal } = options
  const { maxTokenLength, initialTokens = [] } = options
  const tokens: string[] = []
  const ids = new Map<string, number>()
  const idOf = (token: string): number => {
    let id = ids.get(token)
    if (id === undefined) {
      id = tokens.length
      tokens.push(token)
      ids.set(token, id)
    }
    return id
  }
  for (const token of [...specialTokens, ...initialTokens]) idOf(token)
  const special = new Map(specialTokens.map(token => [token, ids.get(token)!]))
  const spelt = spellWords(wordCounts, options, idOf)
  if (tokens.length > vocabSize) {
    throw new ConfigError(`vocabSize is ${vocabSize}, special tokens and alphabet need ${tokens.length}`, {
      advice: 'raise it, or set limitAlphabet',
    })
  }

  const first = tokens.length
  const learning = learnMerges(spelt, {
    minFrequency,
    maxTokenLength,
    full: () => tokens.length >= vocabSize,
    idOf: (left, right) => {
      const joined = tokens[left]! + tokens[right]!.slice(prefix.length)
      return special.has(joined) ? undefined : idOf(joined)
    },
  })
  for (let step = learning.next(); !step.done; step = learning.next()) {
    const merges = tokens.length - first
    options.progress?.({ bytes: wordCounts.bytes, merges, share: merges / Math.max(1, vocabSize - first) })
    await rest(signal)
  }
  return wordPieceTokenizer({
    normalizer: bertDefaults(options),
    tokens,
    special,
    unknown: '[UNK]',
    prefix,
    longestWord: 100,
    cleanup: true,
    postProcessor: bertTemplate(special),
    endOfText: special.get('[SEP]')!,
  })
}

/** The words as ids of characters, numbered by `idOf`: the alphabet first, then the characters that continue a word. */
function spellWords(
  { size, arena, starts: from, counts }: WordCounts,
  { limitAlphabet = Number.POSITIVE_INFINITY, initialAlphabet = [] }: WordPieceOptions,
  idOf: (token: string) => number,
) {
  const frequency = new Map<number, number>()
  const continuing = new Set<number>()
  const points = new Int32Array(arena.length)
  const starts = new Int32Array(size + 1)
  let length = 0
  for (let word = 0; word < size; word++) {
    const end = from[word + 1]!
    for (let i = from[word]!; i < end; ) {
      const character = readCharacter(arena, i, end)
      const point = character >>> 3
      points[length++] = point
      frequency.set(point, (frequency.get(point) ?? 0) + counts[word]!)
      i += character & 7
    }
    starts[word + 1] = length
  }
  for (const character of initialAlphabet) frequency.set(character.codePointAt(0)!, Number.POSITIVE_INFINITY)
  const kept = [...frequency]
    .sort((a, b) => (b[1] === a[1] ? a[0] - b[0] : b[1] - a[1]))
    .slice(0, Math.max(limitAlphabet, initialAlphabet.length))
    .map(([point]) => point)
    .sort((a, b) => a - b)
  const firsts = new Map(kept.map(point => [point, idOf(String.fromCodePoint(point))]))

  for (let word = 0; word < size; word++) {
    for (let i = starts[word]! + 1; i < starts[word + 1]!; i++) continuing.add(points[i]!)
  }
  const furthers = new Map<number, number>()
  for (const point of [...continuing].sort((a, b) => a - b)) {
    if (firsts.has(point)) furthers.set(point, idOf(prefix + String.fromCodePoint(point)))
  }

  let to = 0
  for (let word = 0; word < size; word++) {
    const [first, end] = [starts[word]!, starts[word + 1]!]
    starts[word] = to
    // Characters outside the alphabet are passed over, as there.
    for (let i = first; i < end; i++) {
      const id = (i === first ? firsts : furthers).get(points[i]!)
      if (id !== undefined) points[to++] = id
    }
  }
  starts[size] = to
  return { symbols: points.subarray(0, to), starts, counts }
}
