import { setImmediate } from 'node:timers/promises'
import {
  histogram,
  type Moments,
  moments,
  noMoments,
  summaryOf,
  type TensorSummary,
  together,
} from '@sluice/checkpoint'
import { StateError } from '@sluice/pipeline'
import { parameterGroup, parameterLayer } from '@sluice/transformer'
import { z } from 'zod'
import type { Question } from '../question.ts'
import type { WeightChange } from '../results.ts'

export const weights: Question<'weights'> = {
  params: z.strictObject({
    steps: z.array(z.int().min(0)).min(1).max(1000).optional(),
    bins: z.int().min(0).max(200).optional(),
  }),
  async run(run, { steps: asked, bins = 0 }, { signal } = {}) {
    const steps = asked ? [...new Set(asked)].sort((a, b) => a - b) : await run.steps()
    const snapshots = await Promise.all(steps.map(step => run.snapshot(step)))
    const [first] = snapshots
    if (!first) throw new StateError('holds no complete checkpoint yet', { file: run.path })
    const groups = new Map<string, Moments[]>()
    const tensors: WeightChange[] = []
    for (const [name, shape] of first.shapes) {
      signal?.throwIfAborted()
      // One tensor at a time, at every step: never more than one model's largest twice.
      const start = (await first.tensor(name)).data
      const values = snapshots.map((snapshot, i) => (i === 0 ? Promise.resolve(start) : read(snapshot, name)))
      const sums: Moments[] = []
      for (const each of values) sums.push(moments(await each, start))
      const group = parameterGroup(name)
      const before = groups.get(group) ?? steps.map(() => noMoments)
      groups.set(
        group,
        sums.map((sum, i) => together(before[i]!, sum)),
      )
      const layer = parameterLayer(name)
      tensors.push({
        name,
        group,
        ...(layer === undefined ? {} : { layer }),
        shape,
        ...overSteps(sums.map(summaryOf)),
        ...(bins > 0 ? { histogram: await bars(sums, values, bins) } : {}),
      })
      await setImmediate()
    }
    const told = [...groups].map(([group, sums]) => ({ name: group, group, ...overSteps(sums.map(summaryOf)) }))
    return { steps, tensors, groups: told }
  },
}

async function read(snapshot: { tensor(name: string): Promise<{ data: Float32Array | Int32Array }> }, name: string) {
  return (await snapshot.tensor(name)).data
}

function overSteps(all: readonly TensorSummary[]) {
  const column = (of: (summary: TensorSummary) => number) => Float64Array.from(all, of)
  return {
    count: all[0]!.count,
    norm: column(({ norm }) => norm),
    mean: column(({ mean }) => mean),
    spread: column(({ spread }) => spread),
    change: column(({ change }) => change),
    relative: all.map(({ relative }) => relative),
  }
}

async function bars(sums: readonly Moments[], values: readonly Promise<ArrayLike<number>>[], bins: number) {
  const from = Math.min(...sums.map(({ min }) => min))
  const to = Math.max(...sums.map(({ max }) => max))
  const counts = new Uint32Array(bins * values.length)
  for (const [i, each] of values.entries()) counts.set(histogram(await each, { from, to, bins }), i * bins)
  return { from, to, counts }
}
