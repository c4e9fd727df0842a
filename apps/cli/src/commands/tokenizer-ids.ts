import { ConfigError } from '@sluice/pipeline'
import type { Tokenizer } from '@sluice/tokenize'

export function isId(word: string): boolean {
  return /^\d+$/.test(word)
}

export function notAnId(word: string): ConfigError {
  const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word
  return new ConfigError(`an id is a whole number from 0 on, found "${shown}"`)
}

/** @throws ConfigError for what is no id, or none of this tokenizer's */
export function idOf(word: string, { vocabSize }: Tokenizer): number {
  if (!isId(word)) throw notAnId(word)
  const id = Number(word)
  if (id < vocabSize) return id
  throw new ConfigError(`id ${word} is none of this tokenizer, whose ids end at ${vocabSize - 1}`)
}
