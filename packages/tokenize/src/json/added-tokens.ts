import type { Json } from '@sluice/pipeline'

/** Special tokens as tokenizer.json lists them, in the order of their ids. */
export function addedTokens(special: ReadonlyMap<string, number>): Json {
  return [...special]
    .sort((a, b) => a[1] - b[1])
    .map(([content, id]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }))
}
