import { type NamedTensor, StateError } from '@sluice/pipeline'
import type { GroupChange } from './data.ts'

export interface WhatChangedOptions {
  /** Weights at the start and now, under the same names. */
  before: ReadonlyMap<string, NamedTensor>
  after: ReadonlyMap<string, NamedTensor>
  /** Which group a weight belongs to. */
  group: (name: string) => string
  /** L2 norm of each group's gradient in the last step. Default: not known. */
  gradNorms?: Readonly<Record<string, number>>
}

/**
 * How far each group of weights has moved from where it started, in L2 norm, summed in float64. Groups come in the order in
 * which their first weight does.
 *
 * @throws StateError where the two are not weights of the same model
 */
export function whatChanged({ before, after, group, gradNorms = {} }: WhatChangedOptions): GroupChange[] {
  const sums = new Map<string, { parameters: number; moved: number; start: number }>()
  for (const [name, now] of after) {
    const then = before.get(name)
    if (then === undefined || then.data.length !== now.data.length) {
      const found = then ? `[${then.shape.join(', ')}]` : 'none'
      throw new StateError(`expected "${name}" of [${now.shape.join(', ')}] at the start, found ${found}`)
    }
    const key = group(name)
    const sum = sums.get(key) ?? { parameters: 0, moved: 0, start: 0 }
    sum.parameters += now.data.length
    for (let i = 0; i < now.data.length; i++) {
      const value = then.data[i]!
      const move = now.data[i]! - value
      sum.moved += move * move
      sum.start += value * value
    }
    sums.set(key, sum)
  }
  return [...sums].map(([key, { parameters, moved, start }]) => {
    const gradNorm = gradNorms[key]
    return {
      group: key,
      parameters,
      ...(gradNorm === undefined ? {} : { gradNorm }),
      distance: Math.sqrt(moved),
      ...(start > 0 ? { relative: Math.sqrt(moved) / Math.sqrt(start) } : {}),
    }
  })
}

const titles: Readonly<Record<string, string>> = {
  embeddings: 'token embeddings',
  positions: 'positions',
  attention: 'attention',
  'feed-forward': 'feed-forward',
  norms: 'norms',
}

/** What a group is called before a reader. */
export function groupTitle(group: string): string {
  return Object.hasOwn(titles, group) ? titles[group]! : group
}
