import { setImmediate } from 'node:timers/promises'
import { ConfigError, randomStream } from '@sluice/pipeline'
import type { LanguageModel } from '../model.ts'
import type { GeneratedToken, GenerateOptions } from './generate.ts'
import { checkSampling, logProbability, penalized, sampleToken } from './sampling.ts'

export interface GenerateBatchOptions extends GenerateOptions {
  /** Prompts that are continued side by side; when one is done, the next takes its place. Default: 8. */
  rows?: number | undefined
  /** Asked after each token whether this prompt's text is done with it. Default: it is not. */
  done?: ((prompt: number) => boolean) | undefined
}

/** A token that continues one of several prompts. */
export interface BatchToken extends GeneratedToken {
  /** The prompt's place among those given. */
  readonly prompt: number
}

/**
 * Continues several prompts at once, of any lengths, with one pass over the weights for a token of each. Every one gets what `generate`
 * gives to it alone with the same options, the seed included, and ends by itself. Tokens come round by round.
 *
 * @throws as `generate`
 */
export async function* generateBatch(
  model: Pick<LanguageModel, 'config' | 'decoder'>,
  prompts: readonly ArrayLike<number>[],
  options: GenerateBatchOptions,
): AsyncGenerator<BatchToken, void, undefined> {
  const { maxTokens, seed = 0, stop = [], signal, slide = 1, repetitionPenalty = 1, done = () => false } = options
  const { rows = 8, first = 0, onScores } = options
  checkOptions(model.config.blockSize, prompts, { ...options, slide, rows })
  if (prompts.length === 0 || maxTokens === 0) return
  const random = randomStream(seed, 'generate')
  const waiting = prompts.map((ids, prompt) => ({ prompt, context: Array.from(ids), count: 0 }))
  const places = Array.from({ length: Math.min(rows, prompts.length) }, () => waiting.shift())
  const decoder = model.decoder({ slide, rows: places.length })
  try {
    while (places.some(Boolean) && !signal?.aborted) {
      const active = places.flatMap((one, row) => (one ? [{ ...one, one, row }] : []))
      const scores = await decoder.next(active)
      for (const [i, { one, row, prompt, context }] of active.entries()) {
        const logits = scores[i]!
        onScores?.(logits, prompt)
        // 53 random bits: with 24, tokens rarer than one in 16 million could never come.
        const uniform = random.below(first + one.count++, 2 ** 53) / 2 ** 53
        const id = sampleToken(penalized(logits, context, repetitionPenalty), options, uniform)
        context.push(id)
        yield { prompt, id, logprob: logProbability(logits, id) }
        if (one.count === maxTokens || stop.includes(id) || done(prompt)) places[row] = waiting.shift()
      }
      await setImmediate()
    }
  } finally {
    decoder.dispose()
  }
}

function checkOptions(
  blockSize: number,
  prompts: readonly ArrayLike<number>[],
  options: GenerateBatchOptions & { slide: number; rows: number },
): void {
  checkSampling(options)
  const { maxTokens, slide, rows } = options
  const whole = (place: string, value: number, from: number, to = Infinity) => {
    if (Number.isInteger(value) && value >= from && value <= to) return
    const range = to === Infinity ? `from ${from}` : `from ${from} to ${to}`
    throw new ConfigError(`expected a whole number ${range}, found ${value}`, { place })
  }
  whole('maxTokens', maxTokens, 0)
  whole('slide', slide, 1, blockSize)
  whole('rows', rows, 1)
  if (prompts.some(ids => ids.length === 0)) {
    throw new ConfigError('the prompt has no tokens', {
      place: 'prompt',
      advice: 'give some text, or the end-of-text token to begin a document',
    })
  }
}
