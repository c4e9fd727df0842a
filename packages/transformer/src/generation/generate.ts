import type { LanguageModel } from '../model.ts'
import { generateBatch } from './batch.ts'
import type { DecoderOptions } from './decoder.ts'
import type { SamplingOptions } from './sampling.ts'

export interface GenerateOptions extends SamplingOptions, Pick<DecoderOptions, 'slide'> {
  /** Tokens to generate at most. */
  maxTokens: number
  /** Default: 0. Token i is chosen with number i of the stream `generate`. */
  seed?: number | undefined
  /** Which token the first one is, where the prompt ends with tokens that were chosen in the same way. Default: 0. */
  first?: number | undefined
  /** Takes the model's scores, [V], before each token is chosen by them; they are its to read until it returns. */
  onScores?: ((scores: Float32Array, prompt: number) => void) | undefined
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
  for await (const { id, logprob } of generateBatch(model, [promptIds], options)) yield { id, logprob }
}
