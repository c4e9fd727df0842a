import { bestIds } from '../generation/ranking.ts'

/** A distribution over the vocabulary, told in a few numbers. */
export interface ReadOff {
  /** The likeliest, falling; equals by id. */
  readonly top: readonly { readonly id: number; readonly probability: number }[]
  /** -Σ p log p, nats. */
  readonly entropy: number
  /** Of one token that was asked for. Rank 1 is the likeliest; of equals it has the best. */
  readonly target?: { readonly probability: number; readonly rank: number }
}

/**
 * What scores say, after a softmax summed in float64.
 *
 * @param scores [V]
 * @param options.limit how many of the likeliest
 * @param options.target an id to be told of
 */
export function readOff(
  scores: Float32Array,
  { limit, target }: { limit: number; target?: number | undefined },
): ReadOff {
  let most = Number.NEGATIVE_INFINITY
  for (let id = 0; id < scores.length; id++) if (scores[id]! > most) most = scores[id]!
  let [total, weighted] = [0, 0]
  for (let id = 0; id < scores.length; id++) {
    const above = scores[id]! - most
    const weight = Math.exp(above)
    total += weight
    if (weight > 0) weighted += weight * above
  }
  const probability = (id: number) => Math.exp(scores[id]! - most) / total
  const top = Array.from(bestIds(scores, Math.min(limit, scores.length)), id => ({ id, probability: probability(id) }))
  const entropy = Math.log(total) - weighted / total
  if (target === undefined) return { top, entropy }
  let rank = 1
  for (let id = 0; id < scores.length; id++) if (scores[id]! > scores[target]!) rank++
  return { top, entropy, target: { probability: probability(target), rank } }
}
