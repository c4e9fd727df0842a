import { Pairs } from '../tables/pairs.ts'

/** How often tokens and pairs of neighbours come: what simple models of a text are made of. */
export class NgramCounts {
  readonly unigrams: Float64Array
  /** Tokens counted. */
  total = 0
  readonly #maxPairs: number
  readonly #pairs = new Pairs(1 << 14)
  #pairCounts = new Float64Array(1 << 14)
  /** Of each token as the left one: pairs counted, and different ones. */
  readonly #followed: Float64Array
  readonly #followers: Float64Array

  /** @param maxPairs different pairs that are kept (about 28 bytes each); those that come up later are not counted */
  constructor(vocabSize: number, maxPairs: number) {
    this.unigrams = new Float64Array(vocabSize)
    this.#followed = new Float64Array(vocabSize)
    this.#followers = new Float64Array(vocabSize)
    this.#maxPairs = maxPairs
  }

  /** @param before the token before this one; undefined at the beginning */
  add(token: number, before: number | undefined): void {
    this.unigrams[token]!++
    this.total++
    if (before === undefined) return
    let pair = this.#pairs.find(before, token)
    if (pair < 0) {
      if (this.#pairs.size >= this.#maxPairs) return
      pair = this.#pairs.add(before, token)
      if (pair >= this.#pairCounts.length) {
        const grown = new Float64Array(this.#pairCounts.length * 2)
        grown.set(this.#pairCounts)
        this.#pairCounts = grown
      }
      this.#followers[before]!++
    }
    this.#pairCounts[pair]!++
    this.#followed[before]!++
  }

  /** Add-one smoothing: (count + 1) / (all tokens + vocabulary size). */
  unigram(token: number): number {
    return (this.unigrams[token]! + 1) / (this.total + this.unigrams.length)
  }

  /**
   * Interpolated with the unigram by Witten and Bell's weights (1991, method C): what was seen n times, followed by k different
   * tokens, trusts its pairs by n / (n + k).
   */
  bigram(token: number, before: number): number {
    const seen = this.#followed[before]!
    const unigram = this.unigram(token)
    if (seen === 0) return unigram
    const pair = this.#pairs.find(before, token)
    const followers = this.#followers[before]!
    return ((pair < 0 ? 0 : this.#pairCounts[pair]!) + followers * unigram) / (seen + followers)
  }
}
