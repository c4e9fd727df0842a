import { randomStream } from '@sluice/pipeline'
import type { Training } from './pass.ts'

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
 * step `step` is number `step * 2^30 + i` of the stream `dropout/<place>`, of part `p` of a step that is computed in parts, from
 * part 1 on, of `dropout/<place>#<p>`. So it is a pure function of (seed, place, part, step, i).
 */
export function maskRandom({ seed, step, part = 0 }: Training, place: string): MaskRandom {
  const { key, nameHash } = randomStream(seed, `dropout/${place}${part > 0 ? `#${part}` : ''}`)
  return { key: [...key], nameHash: [...nameHash], offset: step * elementsPerStep }
}
