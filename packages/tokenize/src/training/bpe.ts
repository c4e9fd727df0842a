import { ConfigError } from '@sluice/pipeline'
import { alphabet, spell } from '../bpe/byte-level.ts'
import { type BpeCutName, bpeCuts } from '../bpe/cuts.ts'
import { type BpeModel, rankMerges } from '../bpe/model.ts'
import { bpeTokenizer } from '../bpe/tokenizer.ts'
import { ByteStrings, hashBytes } from '../tables/byte-strings.ts'
import { endOfTextToken, type Tokenizer } from '../tokenizer.ts'
import { type Learner, type TrainOptions, train } from './learner.ts'
import { learnMerges } from './merges.ts'
import { rest } from './rest.ts'
import { type Texts, type WordCounts, wordsByCut } from './word-counts.ts'

export interface BpeOptions {
  /** Ids wanted, special tokens and the 256 bytes included. Fewer come out where the texts have no more pairs to merge. */
  vocabSize: number
  /** A pair that comes less often is not merged. Default 2. */
  minFrequency?: number
  /** The first ids, in this order. Default `['<|endoftext|>']`; the first one ends documents. */
  specialTokens?: readonly string[]
  /** How text is cut into words. Default `gpt2`. */
  cut?: BpeCutName
  /** Longer tokens, in bytes, are not made. Default: no limit. */
  maxTokenLength?: number
}

export type TrainBpeOptions = BpeOptions & TrainOptions

/**
 * Learns a byte-level BPE. Equal texts and options give the merges and the ids of Hugging Face's
 * `BpeTrainer(initial_alphabet=ByteLevel.alphabet())` over a ByteLevel pre-tokenizer, or over a
 * Split by the expression of another cut before it.
 *
 * @throws ConfigError when `vocabSize` does not hold the bytes and the special tokens
 */
export async function trainBpe(texts: Texts, options: TrainBpeOptions): Promise<Tokenizer> {
  return train(bpeLearner(options), texts, options)
}

export function bpeLearner(options: BpeOptions): Learner {
  const { cut = 'gpt2' } = options
  checkOptions(options.vocabSize, options.specialTokens ?? [endOfTextToken])
  return {
    kind: 'bpe',
    each: wordsByCut(bpeCuts[cut].end),
    learn: (counts, { signal, progress }) => learnBpe(counts, { ...options, signal, progress }),
  }
}

async function learnBpe(words: WordCounts, options: TrainBpeOptions): Promise<Tokenizer> {
  const { starts, counts, bytes: counted } = words
  const {
    vocabSize,
    minFrequency = 2,
    specialTokens = [endOfTextToken],
    maxTokenLength,
    cut = 'gpt2',
    signal,
  } = options
  const bytes: Uint8Array[] = specialTokens.map(token => new TextEncoder().encode(token))
  const byteIds = new Int32Array(256)
  // Numbered as they stand in `bytes`, less the special tokens: those are never met in a text.
  const tokens = new ByteStrings()
  for (const byte of alphabet) {
    byteIds[byte] = bytes.length
    add(tokens, bytes, Uint8Array.of(byte))
  }
  const special = new Map(specialTokens.map((token, id) => [token, id]))

  const symbols = new (vocabSize <= 1 << 16 ? Uint16Array : Int32Array)(words.arena.length)
  for (let i = 0; i < symbols.length; i++) symbols[i] = byteIds[words.arena[i]!]!
  // The words are known as symbols now; the merges need the memory.
  words.arena = new Uint8Array(0)
  const learning = learnMerges(
    { symbols, starts, counts },
    {
      minFrequency,
      maxTokenLength,
      full: () => bytes.length >= vocabSize,
      idOf: (left, right) => {
        const joined = concat(bytes[left]!, bytes[right]!)
        // Else plain text could give a special token.
        if (special.has(spell(joined))) return undefined
        return add(tokens, bytes, joined) + specialTokens.length
      },
    },
  )
  let step = learning.next()
  while (!step.done) {
    const merges = bytes.length - specialTokens.length - 256
    options.progress?.({ bytes: counted, merges, share: merges / (vocabSize - specialTokens.length - 256) })
    await rest(signal)
    step = learning.next()
  }

  const model: BpeModel = {
    bytes,
    byteIds,
    special,
    cut: bpeCuts[cut],
    ignoreMerges: false,
    postProcessor: null,
    ...rankMerges(step.value),
  }
  return bpeTokenizer(model, 0)
}

function checkOptions(vocabSize: number, specialTokens: readonly string[]): void {
  const least = 256 + specialTokens.length
  if (!Number.isInteger(vocabSize) || vocabSize < least) {
    throw new ConfigError(
      `vocabSize is ${vocabSize}, the 256 bytes and ${specialTokens.length} special tokens need ${least}`,
    )
  }
  if (specialTokens.length === 0) {
    throw new ConfigError('specialTokens is empty, one is needed to end documents', {
      advice: `give ["${endOfTextToken}"]`,
    })
  }
  specialTokens.forEach((token, i) => {
    if (token.length < 2) throw new ConfigError(`special token "${token}" is shorter than two characters`)
    if (specialTokens.indexOf(token) !== i) throw new ConfigError(`special token "${token}" stands twice`)
  })
}

/** Number of `token` in `tokens`; if it is new, `bytes` gets it too. */
function add(tokens: ByteStrings, bytes: Uint8Array[], token: Uint8Array): number {
  const before = tokens.size
  const index = tokens.add(token, 0, token.length, hashBytes(token, 0, token.length))
  if (index === before) bytes.push(token)
  return index
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
