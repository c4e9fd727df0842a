import { resolve } from 'node:path'
import { type BuildContext, DataError, type Kind, StorageError } from '@sluice/pipeline'
import { z } from 'zod'
import { bpeCutNames } from '../bpe/cuts.ts'
import { readTokenizer } from '../files/read.ts'
import { endOfTextToken, type Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { trainCharacters, trainWords } from '../training/level.ts'
import { defaultMaxWords } from '../training/word-table.ts'
import { trainWordPiece } from '../training/wordpiece.ts'

/** What a tokenizer may know when it is built: the run, and the texts to learn from. */
export type TokenizerContext = Pick<BuildContext, 'id' | 'baseDir' | 'signal' | 'emit'> & {
  /** The training part of the corpus, as much of it as the tokenizer may read. */
  texts(): AsyncIterable<string>
}

type TokenizerKind<C> = Kind<'tokenizer', C, Promise<Tokenizer>, TokenizerContext>

const minFrequency = z.int().positive()

const cutName = z.enum(bpeCutNames)

const maxTokenLength = z.int().positive().optional().describe('Longer tokens are not made. Left out: no limit.')

const maxWords = z
  .int()
  .min(1000)
  .default(defaultMaxWords)
  .describe('Different words that are counted at a time, some 80 bytes each; beyond that the rarest are given up.')

const initialAlphabet = z
  .array(z.string().min(1))
  .optional()
  .describe('Characters that are known whatever the corpus holds.')

const bpeConfig = z.object({
  vocabSize: z.int().min(257).default(8192).describe('Tokens to learn, the 256 bytes and the special tokens included.'),
  minFrequency: minFrequency.default(2).describe('A pair that comes less often is not merged.'),
  specialTokens: z
    .array(z.string().min(2))
    .min(1)
    .default([endOfTextToken])
    .describe('The first ids. The first of them ends documents.'),
  cut: cutName
    .default('gpt2')
    .describe('How text is cut into words: as GPT-2, as GPT-4 (cl100k), as Llama 3, which is the same, or as Qwen 2.'),
  maxTokenLength,
  maxWords,
})

const bpe: TokenizerKind<z.infer<typeof bpeConfig>> = {
  kind: 'tokenizer',
  use: 'bpe',
  summary: 'Byte-level BPE as in GPT-2 and GPT-4, trained on the corpus. Knows every text.',
  config: bpeConfig,
  build: (config, { texts, signal, emit }) =>
    trainBpe(texts(), { ...given(config), signal, progress: report(emit, config.vocabSize) }),
}

const wordPieceConfig = z.object({
  vocabSize: z.int().min(32).default(8192).describe('Tokens to learn, special tokens and alphabet included.'),
  minFrequency: minFrequency.default(2).describe('A pair that comes less often is not merged.'),
  lowercase: z.boolean().default(true).describe('Capitals and accents are given up, as in BERT uncased.'),
  limitAlphabet: z
    .int()
    .positive()
    .default(1000)
    .describe('Characters that come less often than so many others are unknown.'),
  initialAlphabet,
  maxTokenLength,
  maxWords,
})

const wordpiece: TokenizerKind<z.infer<typeof wordPieceConfig>> = {
  kind: 'tokenizer',
  use: 'wordpiece',
  summary: "BERT's WordPiece with its normalizer, trained on the corpus. Text does not come back as it was.",
  config: wordPieceConfig,
  build: (config, { texts, signal, emit }) =>
    trainWordPiece(texts(), { ...given(config), signal, progress: report(emit, config.vocabSize) }),
}

const charConfig = z.object({
  vocabSize: z.int().min(3).optional().describe('At most so many characters. Left out: all that the corpus has.'),
  minFrequency: minFrequency.default(1).describe('A character that comes less often is unknown.'),
  initialAlphabet,
})

const char: TokenizerKind<z.infer<typeof charConfig>> = {
  kind: 'tokenizer',
  use: 'char',
  summary: 'Every character is a token; those that the corpus lacks are unknown.',
  config: charConfig,
  build: (config, { texts, signal }) => trainCharacters(texts(), { ...given(config), signal }),
}

const wordConfig = z.object({
  vocabSize: z.int().min(3).default(30_000).describe('At most so many words, the most frequent ones.'),
  minFrequency: minFrequency.default(1).describe('A word that comes less often is unknown.'),
  maxWords,
})

const word: TokenizerKind<z.infer<typeof wordConfig>> = {
  kind: 'tokenizer',
  use: 'word',
  summary: 'Every word, punctuation mark and run of white space is a token; those not learned are unknown.',
  config: wordConfig,
  build: (config, { texts, signal }) => trainWords(texts(), { ...config, signal }),
}

const fileConfig = z.object({
  path: z
    .string()
    .min(1)
    .describe(
      'tokenizer.json, vocab.json with merges.txt beside it, vocab.txt, a .tiktoken file, or a directory of these; relative to the config.',
    ),
  endOfText: z.string().optional().describe('The special token that ends a document, where its name does not tell.'),
  cut: cutName.optional().describe('How words are cut, for files that do not say: vocab.json and .tiktoken.'),
})

const file: TokenizerKind<z.infer<typeof fileConfig>> = {
  kind: 'tokenizer',
  use: 'file',
  summary: 'A tokenizer that exists already, read from its files.',
  config: fileConfig,
  async build({ path, endOfText, cut }, { baseDir, id, emit }) {
    try {
      const warn = (message: string) => emit({ type: 'warning', stage: id, message: `${path} ${message}` })
      const options = { warn, ...(endOfText === undefined ? {} : { endOfText }), ...(cut === undefined ? {} : { cut }) }
      return await readTokenizer(resolve(baseDir, path), options)
    } catch (error) {
      // The config's own words for the file.
      if (error instanceof DataError || error instanceof StorageError) throw withFile(error, path)
      throw error
    }
  },
}

function withFile(error: DataError | StorageError, file: string): Error {
  const { place, advice } = error
  const Class = error instanceof DataError ? DataError : StorageError
  return new Class(error.message, { file, cause: error, ...(place && { place }), ...(advice && { advice }) })
}

/** The tokenizers a config can ask for by name. */
export const tokenizerKinds: readonly Kind<'tokenizer'>[] = [bpe, wordpiece, char, word, file]

/** The keys that the config sets. */
function given<C extends object>(config: C): { [K in keyof C]: Exclude<C[K], undefined> } {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as never
}

/** Tells of training: what has been counted, then about twenty times how far the merges are. */
function report(emit: TokenizerContext['emit'], vocabSize: number) {
  let told = ''
  return ({ bytes, merges, share }: { bytes: number; merges: number; share: number }): void => {
    const counted = `counted the words of ${Math.round(bytes / 1e6)} MB`
    const detail = merges === 0 ? counted : `learned ${merges} merges for ${vocabSize} tokens`
    const step = merges === 0 ? counted : `${Math.floor(share * 20)}`
    if (step === told) return
    told = step
    emit({ type: 'preparing', what: 'tokenizer', detail, share })
  }
}
