import { ConfigError } from '@sluice/pipeline'
import { pieces, type Tokenizer } from '@sluice/tokenize'
import { clipped } from '../show/visible.ts'
import type { OpenRun } from './open-run.ts'
import type { Token } from './results.ts'

/** The vocabulary's entry of an id, to be looked at. */
export function tokenOf(tokenizer: Tokenizer, id: number): Token {
  return { id, text: clipped(pieces(tokenizer, [id])[0]!) }
}

export function tokensOf(tokenizer: Tokenizer, ids: ArrayLike<number>): Token[] {
  return Array.from(ids, id => tokenOf(tokenizer, id))
}

/** Spelling and id of the token that stands for a masked one; undefined where the tokenizer has none. */
export function maskOf({ special }: Tokenizer): { spelling: string; id: number } | undefined {
  const spelling = ['[MASK]', '<mask>'].find(each => special?.has(each))
  return spelling === undefined ? undefined : { spelling, id: special!.get(spelling)! }
}

/**
 * A text as the model reads it: its first tokens, as many as are wanted and fit. To a model of masked tokens the spelling of a
 * mask is the mask.
 *
 * @throws ConfigError for a text of no tokens
 */
export async function readText(
  run: OpenRun,
  text: string,
  { limit, place = 'text' }: { limit: number; place?: string },
): Promise<{ tokenizer: Tokenizer; ids: Int32Array; tokens: Token[]; total: number }> {
  const [tokenizer, { shape }] = [await run.tokenizer(), await run.described()]
  const all = encode(tokenizer, text, shape.family === 'bert')
  if (all.length === 0) throw new ConfigError('the text has no tokens', { place, advice: 'give some text' })
  const ids = all.slice(0, Math.min(limit, shape.blockSize))
  return { tokenizer, ids, tokens: tokensOf(tokenizer, ids), total: all.length }
}

export function encode(tokenizer: Tokenizer, text: string, masks: boolean): Int32Array {
  return tokenizer.encode(text, { special: masks ? 'allow' : 'text' })
}
