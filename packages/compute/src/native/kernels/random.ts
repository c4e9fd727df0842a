import type { Dropout } from '../../ops/random.ts'

/** Key words, name words and offset, as the addon reads them. */
export function randomWords({ random }: Dropout): Float64Array {
  return Float64Array.of(...random.key, ...random.nameHash, random.offset)
}
