import type { Token } from '../inspect/results.ts'

/** Tokens that are words, the longer ones, by their ids: those that a byte-pair encoding learned first are frequent. */
export function wordsOf(tokens: readonly Token[]): Token[] {
  for (const pattern of [/^[ ▁]?\p{L}{5,}$/u, /^[ ▁]?\p{L}{2,}$/u]) {
    const found = tokens.filter(({ text }) => pattern.test(text))
    if (found.length >= 4) return found
  }
  return []
}
