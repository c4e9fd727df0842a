import { ConfigError } from '@sluice/pipeline'
import type { Tokenizer } from '@sluice/tokenize'
import type { MaskedModel } from '@sluice/transformer'

/** What may stand at a mask. */
export interface Filling {
  readonly id: number
  readonly token: string
  readonly probability: number
}

/** Place of the mask token in the text's ids, and what is likeliest there, the likeliest first. */
export interface Filled {
  readonly place: number
  readonly fillings: readonly Filling[]
}

/**
 * Lets a model of masked tokens say what stands at each mask of a text.
 *
 * @param text with the tokenizer's mask token in it, as `Call me [MASK].`
 * @param options.most fillings of each mask. Default: 5
 * @throws ConfigError where there is no mask, or the text is too long
 */
export function fillMasks(
  model: MaskedModel,
  tokenizer: Tokenizer,
  text: string,
  { most = 5 }: { most?: number } = {},
): { ids: Int32Array; masks: Filled[] } {
  const spelling = ['[MASK]', '<mask>'].find(each => tokenizer.special?.has(each))
  const maskId = spelling === undefined ? undefined : tokenizer.special?.get(spelling)
  if (spelling === undefined || maskId === undefined) throw new ConfigError('the tokenizer has no mask token')
  const ids = tokenizer.encode(text, { special: 'allow' })
  const { blockSize, vocabSize } = model.config
  if (!ids.includes(maskId)) {
    throw new ConfigError(`the text has no ${spelling}`, { advice: `write ${spelling} where a word is wanted` })
  }
  if (ids.length > blockSize) {
    throw new ConfigError(`the text has ${ids.length} tokens, and the model sees ${blockSize}`, {
      advice: 'shorten the text',
    })
  }
  const logits = model.logits(ids, { rows: 1 })
  const values = logits.dataSync()
  logits.dispose()
  const masks: Filled[] = []
  ids.forEach((id, place) => {
    if (id !== maskId) return
    masks.push({
      place,
      fillings: likeliest(values.subarray(place * vocabSize, (place + 1) * vocabSize), tokenizer, most),
    })
  })
  return { ids, masks }
}

function likeliest(logits: ArrayLike<number>, tokenizer: Tokenizer, most: number): Filling[] {
  const scores = Array.from(logits)
  const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
  return scores
    .map((score, id) => ({ id, token: tokenizer.token(id), probability: Math.exp(score - top) / total }))
    .sort((a, b) => b.probability - a.probability || a.id - b.id)
    .slice(0, most)
}

/** The text with every mask filled by what is likeliest there. */
export function filledText(
  tokenizer: Tokenizer,
  { ids, masks }: { ids: Int32Array; masks: readonly Filled[] },
): string {
  const filled = ids.slice()
  for (const { place, fillings } of masks) filled[place] = fillings[0]?.id ?? filled[place]!
  return tokenizer.decode(filled)
}
