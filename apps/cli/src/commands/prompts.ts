import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { ConfigError, DataError, storageError } from '@sluice/pipeline'

/**
 * The prompts of a file: each line of text one, or of each line of JSON (.jsonl, .ndjson) its `prompt` or `text`. Empty lines are
 * passed over.
 *
 * @throws StorageError where it cannot be read, DataError naming the line that is none
 */
export async function readPrompts(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch(error => {
    throw storageError('cannot be read', file, error)
  })
  const json = ['.jsonl', '.ndjson'].includes(extname(file).toLowerCase())
  const lines = content.replace(/^\u{feff}/u, '').split(/\r?\n/)
  const prompts = lines.flatMap((line, i) =>
    line.trim() === '' ? [] : [json ? promptOf(line, file, `line ${i + 1}`) : line],
  )
  if (prompts.length === 0) throw new ConfigError('holds no prompt', { file, advice: 'write one to a line' })
  return prompts
}

function promptOf(line: string, file: string, place: string): string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new DataError(`expected JSON: ${(cause as Error).message}`, { file, place, cause })
  }
  const { prompt, text } = (value ?? {}) as { prompt?: unknown; text?: unknown }
  const found = prompt ?? text
  if (typeof found === 'string') return found
  throw new DataError('expected an object with a string "prompt" or "text"', { file, place })
}
