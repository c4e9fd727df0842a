import type { tf } from '@sluice/compute'
import { parameterGroup, parameterGroups } from '../groups.ts'

/** The layer that a parameter belongs to, by its name; undefined for those of none. */
export function parameterLayer(name: string): number | undefined {
  const found = /\.(?:h|layers|layer)\.(\d+)\./.exec(name)
  return found ? Number(found[1]) : undefined
}

/**
 * Parts of a model by which it can be taken apart: its groups of parameters, each of its layers, and the attention and feed-forward
 * of each layer.
 *
 * @returns name of the part to the parameters in it; parts without any are left out
 */
export function modelParts(names: Iterable<string>): Map<string, readonly string[]> {
  const all = [...names]
  const layers = Math.max(-1, ...all.map(name => parameterLayer(name) ?? -1)) + 1
  const parts = new Map<string, readonly string[]>()
  const put = (part: string, wanted: (name: string) => boolean) => {
    const own = all.filter(wanted)
    if (own.length > 0) parts.set(part, own)
  }
  for (const group of parameterGroups) put(group, name => parameterGroup(name) === group)
  for (let layer = 0; layer < layers; layer++) {
    const within = (name: string) => parameterLayer(name) === layer
    put(`layer ${layer}`, within)
    for (const group of ['attention', 'feed-forward'] as const) {
      put(`layer ${layer} ${group}`, name => within(name) && parameterGroup(name) === group)
    }
  }
  return parts
}

/**
 * Does something with some parameters as they are in another model of the same shape, and puts them back, whatever happens.
 *
 * @throws RangeError for a parameter that one of the two lacks
 */
export async function withParameters<T>(
  parameters: ReadonlyMap<string, tf.Variable>,
  other: ReadonlyMap<string, tf.Variable>,
  names: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const kept = names.map(name => {
    const [own, theirs] = [parameters.get(name), other.get(name)]
    if (!own || !theirs) throw new RangeError(`the models do not both have a parameter "${name}"`)
    return { own, theirs, before: own.clone() }
  })
  try {
    for (const { own, theirs } of kept) own.assign(theirs)
    return await work()
  } finally {
    for (const { own, before } of kept) {
      own.assign(before)
      before.dispose()
    }
  }
}
