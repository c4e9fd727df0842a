import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataError, StorageError } from '@sluice/pipeline'
import type { BpeCutName } from '../bpe/cuts.ts'
import { loadAnyTokenizer } from '../foreign/load.ts'
import { loadTiktoken } from '../json/tiktoken.ts'
import { loadVocabMerges } from '../json/vocab-merges.ts'
import type { Tokenizer } from '../tokenizer.ts'
import type { BertOptions } from '../wordpiece/options.ts'
import { readVocabTxt } from '../wordpiece/read.ts'
import { wordPieceTokenizer } from '../wordpiece/tokenizer.ts'

export interface ReadTokenizerOptions {
  /** Spelling of the special token that ends a document, where its name does not tell. */
  endOfText?: string
  /** How text is cut into words, for files that do not say: vocab.json (default `gpt2`), tiktoken's (default `cl100k`). */
  cut?: BpeCutName
  /** Told when the tokenizer is run by another package, slower. */
  warn?: ((message: string) => void) | undefined
  /** For vocab.txt. Default: as BERT uncased, or what the tokenizer_config.json beside it says. */
  lowercase?: boolean
}

/**
 * A tokenizer from its file: tokenizer.json; vocab.json or encoder.json with merges.txt or vocab.bpe beside it; vocab.txt; or a
 * tiktoken rank file (*.tiktoken). A directory stands for the first of these that it holds.
 *
 * @throws StorageError where a file cannot be read, DataError where it holds something else; both name the file
 */
export async function readTokenizer(path: string, options: ReadTokenizerOptions = {}): Promise<Tokenizer> {
  const file = await fileIn(path)
  const text = await read(file)
  const { endOfText, cut } = options
  const end = endOfText === undefined ? {} : { endOfText }
  const cutting = cut === undefined ? {} : { cut }
  try {
    const name = basename(file)
    if (name.endsWith('.tiktoken')) return loadTiktoken(text, { ...cutting, ...end })
    if (name.endsWith('.txt')) return wordPieceTokenizer(readVocabTxt(text, await bertOptions(file, options)))
    const json = parse(text)
    if (typeof json !== 'object' || json === null || 'model' in json)
      return await loadAnyTokenizer(json, { ...end, warn: options.warn })
    const merges = await firstThere(dirname(file), ['merges.txt', 'vocab.bpe'])
    if (merges === undefined) return await loadAnyTokenizer(json, { ...end, warn: options.warn })
    const special = endOfText === undefined ? {} : { specialTokens: [endOfText] }
    return loadVocabMerges(json, await read(merges), { ...cutting, ...special })
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const { place, advice } = error
    throw new DataError(error.message, { file, cause: error, ...(place && { place }), ...(advice && { advice }) })
  }
}

const known = ['tokenizer.json', 'vocab.json', 'encoder.json', 'vocab.txt']

async function fileIn(path: string): Promise<string> {
  const found = await stat(path).catch(cause => {
    throw new StorageError(`the tokenizer cannot be read: ${cause.message}`, { file: path, cause })
  })
  if (!found.isDirectory()) return path
  const file = await firstThere(path, known)
  if (file !== undefined) return file
  throw new DataError(`the directory holds no tokenizer: none of ${known.join(', ')}`, { file: path })
}

async function firstThere(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const file = join(folder, name)
    if (
      await stat(file).then(
        found => found.isFile(),
        () => false,
      )
    )
      return file
  }
  return undefined
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(cause => {
    throw new StorageError(`the tokenizer cannot be read: ${cause.message}`, { file, cause })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError(`the tokenizer is not JSON: ${(cause as Error).message}`, { cause })
  }
}

async function bertOptions(file: string, { lowercase }: ReadTokenizerOptions): Promise<BertOptions> {
  if (lowercase !== undefined) return { lowercase }
  const config = await firstThere(dirname(file), ['tokenizer_config.json'])
  const told = config === undefined ? {} : (parse(await read(config)) as Record<string, unknown>)
  return {
    lowercase: told.do_lower_case !== false,
    handleChineseChars: told.tokenize_chinese_chars !== false,
    stripAccents: typeof told.strip_accents === 'boolean' ? told.strip_accents : undefined,
  }
}
