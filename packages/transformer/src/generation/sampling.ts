import { ConfigError } from '@sluice/pipeline'

/** How the next token is chosen from the model's scores. */
export interface SamplingOptions {
  /** Divides the scores: below 1 bolder, above 1 more even; 0 always takes the best. Default: 1. */
  temperature?: number | undefined
  /** Only the k best tokens are eligible. Default: all. */
  topK?: number | undefined
  /** Only the fewest best tokens that hold this share of probability (Holtzman et al. 2020). Default: 1. */
  topP?: number | undefined
}

/** @throws ConfigError naming the option that cannot be */
export function checkSampling({ temperature = 1, topK, topP = 1 }: SamplingOptions): void {
  const wrong = (place: string, expected: string, found: unknown) =>
    new ConfigError(`expected ${expected}, found ${found}`, { place })
  if (!(temperature >= 0 && Number.isFinite(temperature))) throw wrong('temperature', 'a number from 0', temperature)
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) throw wrong('topK', 'a whole number from 1', topK)
  if (!(topP > 0 && topP <= 1)) throw wrong('topP', 'a share above 0 and at most 1', topP)
}

/**
 * Chooses a token: temperature, then top-k, then top-p, then by `uniform` among what is left. Equal scores rank by id, so
 * the choice is a pure function of its arguments.
 *
 * @param logits [V]
 * @param uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, options: SamplingOptions, uniform: number): number {
  const { temperature = 1, topK = logits.length, topP = 1 } = options
  if (temperature === 0 || topK === 1) return best(logits)
  const everything = topK >= logits.length && topP === 1
  const ids = everything ? Int32Array.from(logits, (_, id) => id) : ranked(logits).subarray(0, topK)

  const top = logits[everything ? best(logits) : ids[0]!]!
  const weights = Float64Array.from(ids, id => Math.exp((logits[id]! - top) / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let kept = ids.length
  let keptTotal = total
  if (topP < 1) {
    kept = 0
    keptTotal = 0
    while (kept < ids.length && (kept === 0 || keptTotal < topP * total)) keptTotal += weights[kept++]!
  }

  let left = uniform * keptTotal
  for (let i = 0; i < kept; i++) {
    left -= weights[i]!
    if (left < 0) return ids[i]!
  }
  // Only rounding gets here: the last token that has any weight.
  let last = kept - 1
  while (last > 0 && weights[last] === 0) last--
  return ids[last]!
}

/** log of the probability that the model itself gives to `id`: before temperature and truncation. */
export function logProbability(logits: Float32Array, id: number): number {
  const top = logits[best(logits)]!
  let total = 0
  for (const logit of logits) total += Math.exp(logit - top)
  return logits[id]! - top - Math.log(total)
}

function best(logits: Float32Array): number {
  let id = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[id]!) id = i
  return id
}

/** Ids from the best score down. */
function ranked(logits: Float32Array): Int32Array {
  return Int32Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b)
}
