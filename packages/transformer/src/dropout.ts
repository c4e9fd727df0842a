import { randomStream } from '@sluice/pipeline'

/** Room for one step's elements in a stream: with 2^53 numbers to a stream, there are 2^23 (8.4 million) steps. */
const elementsPerStep = 2 ** 30

/** Where a mask's random numbers begin, in the form that kernels take. */
export interface MaskRandom {
  readonly key: [number, number]
  readonly nameHash: [number, number]
  readonly offset: number
}

/**
 * The random numbers of a dropout mask: element i of the mask that `place` (`embedding`, `h.3.attention` …) uses in training
 * step `step` is number `step * 2^30 + i` of the stream `dropout/<place>`. So it is a pure function of (seed, place, step, i).
 */
export function maskRandom(seed: number, place: string, step: number): MaskRandom {
  const { key, nameHash } = randomStream(seed, `dropout/${place}`)
  return { key: [...key], nameHash: [...nameHash], offset: step * elementsPerStep }
}
