import { z } from 'zod'
import { loadAnyTokenizer } from '../foreign/load.ts'
import type { Tokenizer } from '../tokenizer.ts'

/** A tokenizer as a thread is given it. */
export const sentTokenizerConfig = z.object({
  tokenizer: z.string().describe('tokenizer.json'),
  endOfText: z.string().describe('Spelling of the token that ends a text.'),
})

export type SentTokenizer = z.infer<typeof sentTokenizerConfig>

export function sentTokenizer(tokenizer: Tokenizer): SentTokenizer {
  return { tokenizer: JSON.stringify(tokenizer.toJSON()), endOfText: tokenizer.token(tokenizer.endOfText) }
}

export function receivedTokenizer({ tokenizer, endOfText }: SentTokenizer): Promise<Tokenizer> {
  return loadAnyTokenizer(JSON.parse(tokenizer), { endOfText })
}
