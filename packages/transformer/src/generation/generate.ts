import { setImmediate } from 'node:timers/promises'
import { ConfigError, randomStream } from '@sluice/pipeline'
import type { LanguageModel } from '../model.ts'
import type { Decoder, DecoderOptions } from './decoder.ts'
import { checkSampling, logProbability, penalized, type SamplingOptions, sampleToken } from './sampling.ts'

export interface GenerateOptions extends SamplingOptions, DecoderOptions {
  /** Tokens to generate at most. */
  maxTokens: number
  /** Default: 0. Token i is chosen with number i of the stream `generate`. */
  seed?: number | undefined
  /** Ids after which generation ends; the one that ended it is still given out. Default: none. */
  stop?: readonly number[] | undefined
  /** Ends generation quietly before the next token. */
  signal?: AbortSignal | undefined
}

export interface GeneratedToken {
  readonly id: number
  /** Natural log of the probability that the model gave to this token, before temperature and truncation. */
  readonly logprob: number
}

/**
 * Continues a prompt, token by token as they come. Nothing is learned: no gradient is computed and no weight changes; the
 * weights are those of the moment when the first token is asked for. Timers and input are served between tokens.
 *
 * Beyond the model's context the oldest tokens drop out of sight, one for each new token unless `slide` says otherwise. Since
 * every token then stands at another position, a token costs as much as its whole context; `slide: blockSize / 2` makes that
 * rare, at the price of a context that is between half and whole.
 *
 * @param promptIds at least one id; a model starts from nothing by its end-of-text token
 * @throws ConfigError when an option cannot be; DataError for an id outside the vocabulary
 */
export async function* generate(
  model: Pick<LanguageModel, 'config' | 'decoder'>,
  promptIds: ArrayLike<number>,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, void, undefined> {
  const { maxTokens, seed = 0, stop = [], signal, slide = 1, repetitionPenalty = 1 } = options
  checkSampling(options)
  if (!(Number.isInteger(maxTokens) && maxTokens >= 0)) {
    throw new ConfigError(`expected a whole number from 0, found ${maxTokens}`, { place: 'maxTokens' })
  }
  const { blockSize } = model.config
  if (!(Number.isInteger(slide) && slide >= 1 && slide <= blockSize)) {
    throw new ConfigError(`expected a whole number from 1 to ${blockSize}, found ${slide}`, { place: 'slide' })
  }
  if (promptIds.length === 0) {
    throw new ConfigError('the prompt has no tokens', {
      place: 'prompt',
      advice: 'give some text, or the end-of-text token to begin a document',
    })
  }
  const random = randomStream(seed, 'generate')
  const context = Array.from(promptIds)
  const decoder: Decoder = model.decoder({ slide })
  try {
    for (let i = 0; i < maxTokens && !signal?.aborted; i++) {
      const logits = await decoder.next(context)
      // 53 random bits: with 24, tokens rarer than one in 16 million could never come.
      const id = sampleToken(penalized(logits, context, repetitionPenalty), options, random.below(i, 2 ** 53) / 2 ** 53)
      context.push(id)
      yield { id, logprob: logProbability(logits, id) }
      if (stop.includes(id)) return
      await setImmediate()
    }
  } finally {
    decoder.dispose()
  }
}
