/** Losses on the same held-out text, nats per token. */
export interface Losses {
  readonly loss: number
  readonly uniform: number
  readonly unigram: number
  readonly bigram: number
}

/** In a plain sentence what a loss says beside those of simple models of the same text. */
export function whatWasLearned({ loss, uniform, unigram, bigram }: Losses): string {
  if (loss < Math.min(bigram, unigram)) {
    return 'It foretells held-out text better than a table of token pairs: it makes use of more than the token before.'
  }
  if (loss < unigram) {
    return 'It foretells held-out text better than token frequencies, not yet better than a table of token pairs: it has begun to use context.'
  }
  if (loss < uniform) {
    return 'It has begun to learn which tokens are frequent, but a table of their frequencies still does better: train longer.'
  }
  return 'It has learned nothing yet that helps on held-out text: train longer, or lower the learning rate.'
}
