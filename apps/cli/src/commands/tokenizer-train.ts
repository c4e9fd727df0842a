import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, DataError, parseBytes, StorageError } from '@sluice/pipeline'
import {
  fileTexts,
  type Tokenizer,
  type TrainProgress,
  trainBpe,
  trainCharacters,
  trainWordPiece,
  trainWords,
} from '@sluice/tokenize'
import { coloursFor } from '../terminal/colours.ts'
import type { Console } from '../terminal/console.ts'
import { count, duration } from '../terminal/format.ts'
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
    const progress = progressLine(console)
    const read = notEmpty(fileTexts(texts, limit(options.trainOn)), texts)
    const learning = learn(options, read, { signal: stopping.signal, progress })
    const tokenizer = await learning.finally(() => progress(undefined))
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

async function* notEmpty(texts: AsyncIterable<string>, files: readonly string[]): AsyncGenerator<string> {
  let empty = true
  for await (const text of texts) {
    empty = false
    yield text
  }
  if (empty) throw new DataError('there is no text to learn from', { file: files.join(', ') })
}

/** On a terminal one line that is written over; called without a state it is taken away. Elsewhere nothing. */
function progressLine({ stderr, env }: Console): (state: TrainProgress | undefined) => void {
  if (!stderr.isTTY) return () => {}
  const { dim } = coloursFor(stderr, env)
  const began = performance.now()
  return state => {
    if (!state) return stderr.write('\r\u001b[K')
    const seconds = (performance.now() - began) / 1e3
    const rate = (state.bytes / 1e6 / seconds).toFixed(0)
    const left = state.share > 0.05 ? `, ${Math.floor(state.share * 100)} %` : ''
    const told =
      state.merges === 0
        ? `${(state.bytes / 1e6).toFixed(0)} MB counted, ${rate} MB/s`
        : `${count(state.merges)} merges${left}`
    stderr.write(`\r\u001b[K${dim(told)}`)
  }
}

function learn(
  options: TokenizerOptions,
  texts: AsyncIterable<string>,
  run: { signal: AbortSignal; progress(state: TrainProgress): void },
): Promise<Tokenizer> {
  const { kind, cut, vocabSize, minFrequency, maxTokenLength } = options
  const size = {
    ...(vocabSize === undefined ? {} : { vocabSize }),
    ...(minFrequency === undefined ? {} : { minFrequency }),
    ...(maxTokenLength === undefined ? {} : { maxTokenLength }),
  }
  if (kind === 'char') return trainCharacters(texts, { ...size, ...run })
  if (kind === 'word') return trainWords(texts, { ...size, ...run })
  if (kind === 'wordpiece') return trainWordPiece(texts, { vocabSize: 8192, limitAlphabet: 1000, ...size, ...run })
  return trainBpe(texts, { vocabSize: 8192, cut, ...size, ...run })
}

function limit(trainOn: string | undefined): { bytes?: number } {
  if (trainOn === undefined) return {}
  const bytes = parseBytes(trainOn)
  if (!bytes) throw new ConfigError(`--train-on must be a size such as 50MB, not "${trainOn}"`)
  return { bytes }
}
