import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, parseBytes, StorageError } from '@sluice/pipeline'
import { fileTexts, type Tokenizer, trainBpe, trainCharacters, trainWordPiece, trainWords } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import { duration } from '../terminal/format.ts'
import type { TokenizerOptions } from './tokenizer.ts'

/** `train <tokenizer.json> <texts...>` */
export async function train(
  options: TokenizerOptions & { readonly paths: readonly string[] },
  console: Console,
): Promise<number> {
  const [target, ...texts] = options.paths.map(path => resolve(console.cwd, path))
  if (target === undefined || texts.length === 0) {
    throw new ConfigError('needs a file to write and texts to read: pipeline tokenizer train tokenizer.json corpus.txt')
  }
  for (const [flag, value] of [
    ['vocab-size', options.vocabSize],
    ['min-frequency', options.minFrequency],
    ['max-token-length', options.maxTokenLength],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new ConfigError(`--${flag} must be a whole number above 0, not ${value}`)
    }
  }
  const stopping = new AbortController()
  const release = console.onInterrupt(() => stopping.abort())
  const started = performance.now()
  try {
    const tokenizer = await learn(options, fileTexts(texts, limit(options.trainOn)), stopping.signal)
    await writeFile(target, JSON.stringify(tokenizer.toJSON())).catch(cause => {
      throw new StorageError(`the tokenizer cannot be written: ${cause.message}`, { file: target, cause })
    })
    const seconds = duration((performance.now() - started) / 1e3)
    console.stdout.write(`${options.paths[0]}: ${tokenizer.kind}, ${tokenizer.vocabSize} tokens, in ${seconds}\n`)
    return 0
  } catch (error) {
    if (stopping.signal.aborted) return 130
    throw error
  } finally {
    release()
  }
}

function learn(options: TokenizerOptions, texts: AsyncIterable<string>, signal: AbortSignal): Promise<Tokenizer> {
  const { kind, cut, vocabSize, minFrequency, maxTokenLength } = options
  const size = {
    ...(vocabSize === undefined ? {} : { vocabSize }),
    ...(minFrequency === undefined ? {} : { minFrequency }),
    ...(maxTokenLength === undefined ? {} : { maxTokenLength }),
  }
  if (kind === 'char') return trainCharacters(texts, { ...size, signal })
  if (kind === 'word') return trainWords(texts, { ...size, signal })
  if (kind === 'wordpiece') return trainWordPiece(texts, { vocabSize: 8192, limitAlphabet: 1000, ...size, signal })
  return trainBpe(texts, { vocabSize: 8192, cut, ...size, signal })
}

function limit(trainOn: string | undefined): { bytes?: number } {
  if (trainOn === undefined) return {}
  const bytes = parseBytes(trainOn)
  if (!bytes) throw new ConfigError(`--train-on must be a size such as 50MB, not "${trainOn}"`)
  return { bytes }
}
