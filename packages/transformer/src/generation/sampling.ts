import { ConfigError } from '@sluice/pipeline'
import { bestIds } from './ranking.ts'

/** How the next token is chosen from the model's scores. */
export interface SamplingOptions {
  /** Divides the scores: below 1 bolder, above 1 more even; 0 always takes the best. Default: 1. */
  temperature?: number | undefined
  /** Only the k best tokens are eligible. Default: all. */
  topK?: number | undefined
  /** Only the fewest best tokens that hold this share of probability (Holtzman et al. 2020). Default: 1. */
  topP?: number | undefined
  /** Only tokens at least this share as probable as the best, after temperature (Nguyen et al. 2024). Default: 0. */
  minP?: number | undefined
  /**
   * Above 1, tokens that the context holds already are made less likely: their scores are divided by it, or multiplied where they
   * are negative (Keskar et al. 2019, as Hugging Face has it). Default: 1.
   */
  repetitionPenalty?: number | undefined
}

/** @throws ConfigError naming the option that cannot be */
export function checkSampling(options: SamplingOptions): void {
  const { temperature = 1, topK, topP = 1, minP = 0, repetitionPenalty = 1 } = options
  const wrong = (place: string, expected: string, found: unknown) =>
    new ConfigError(`expected ${expected}, found ${found}`, { place })
  if (!(temperature >= 0 && Number.isFinite(temperature))) throw wrong('temperature', 'a number from 0', temperature)
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) throw wrong('topK', 'a whole number from 1', topK)
  if (!(topP > 0 && topP <= 1)) throw wrong('topP', 'a share above 0 and at most 1', topP)
  if (!(minP >= 0 && minP <= 1)) throw wrong('minP', 'a share from 0 to 1', minP)
  if (!(repetitionPenalty > 0 && Number.isFinite(repetitionPenalty))) {
    throw wrong('repetitionPenalty', 'a number above 0', repetitionPenalty)
  }
}

/**
 * Chooses a token: temperature, then top-k, then top-p, then min-p, then by `uniform` among what is left. Equal scores rank by
 * id, so the choice is a pure function of its arguments. `repetitionPenalty` is not its business: see `penalized`.
 *
 * @param logits [V]
 * @param uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, options: SamplingOptions, uniform: number): number {
  const { ids, weights } = eligible(logits, options)
  const place = pick(weights, uniform)
  return ids ? ids[place]! : place
}

/** What `sampleToken` chooses from: the probability of every token that it may give. */
export function samplingProbabilities(logits: Float32Array, options: SamplingOptions): Map<number, number> {
  const { ids, weights } = eligible(logits, options)
  const total = sum(weights)
  const probabilities = new Map<number, number>()
  weights.forEach((weight, place) => {
    if (weight > 0) probabilities.set(ids ? ids[place]! : place, weight / total)
  })
  return probabilities
}

/** Tokens that may be chosen, absent where that is all of them by id, and their weights. */
function eligible(
  logits: Float32Array,
  { temperature = 1, topK = logits.length, topP = 1, minP = 0 }: SamplingOptions,
): { ids?: Int32Array; weights: Float64Array } {
  if (temperature === 0 || topK === 1) return { ids: Int32Array.of(best(logits)), weights: Float64Array.of(1) }
  const top = logits[best(logits)]!
  // Relative to the best, whose weight is 1.
  const weight = (id: number) => Math.exp((logits[id]! - top) / temperature)
  const likely = (weights: Float64Array) => (minP > 0 ? weights.map(value => (value < minP ? 0 : value)) : weights)
  if (topK >= logits.length && topP === 1) {
    const weights = new Float64Array(logits.length)
    for (let id = 0; id < weights.length; id++) weights[id] = weight(id)
    return { weights: likely(weights) }
  }
  const ids = topK >= logits.length ? nucleus(logits, topP, weight) : bestIds(logits, topK)
  const weights = Float64Array.from(ids, weight)
  const kept = topP < 1 && topK < logits.length ? share(weights, topP * sum(weights)) : weights
  return { ids, weights: likely(kept) }
}

/** The scores with those of the ids in `context` made less likely; the same array where nothing is changed. */
export function penalized(logits: Float32Array, context: Iterable<number>, penalty: number): Float32Array {
  if (penalty === 1) return logits
  const scores = logits.slice()
  for (const id of new Set(context)) scores[id] = scores[id]! > 0 ? scores[id]! / penalty : scores[id]! * penalty
  return scores
}

/** The fewest best ids of all that hold the share `topP`. Most often they are few: so they are looked for among more and more. */
function nucleus(logits: Float32Array, topP: number, weight: (id: number) => number): Int32Array {
  let total = 0
  for (let id = 0; id < logits.length; id++) total += weight(id)
  for (let count = 64; ; count *= 4) {
    const ids = bestIds(logits, Math.min(count, logits.length))
    const { length } = share(Float64Array.from(ids, weight), topP * total)
    if (length < ids.length || ids.length === logits.length) return ids.subarray(0, length)
  }
}

/** The fewest of these weights, from the first on and at least one, whose sum reaches `least`; all of them if it never does. */
function share(weights: Float64Array, least: number): Float64Array {
  let count = 0
  let reached = 0
  while (count < weights.length && (count === 0 || reached < least)) reached += weights[count++]!
  return weights.subarray(0, count)
}

/** The place at which the running sum of the weights passes the share `uniform` of their sum. */
function pick(weights: Float64Array, uniform: number): number {
  let left = uniform * sum(weights)
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  // Only rounding gets here: the last one that has any weight.
  let last = weights.length - 1
  while (last > 0 && weights[last] === 0) last--
  return last
}

function sum(weights: Float64Array): number {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i]!
  return total
}

/** log of the probability that the model itself gives to `id`: before temperature and truncation. */
export function logProbability(logits: Float32Array, id: number): number {
  const top = logits[best(logits)]!
  let total = 0
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - top)
  return logits[id]! - top - Math.log(total)
}

function best(logits: Float32Array): number {
  let id = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[id]!) id = i
  return id
}
