import { explainedBy, norm, type PrincipalAxes, principalAxes, projected, rowOf, rowsOf } from '@sluice/embed'
import { z } from 'zod'
import type { OpenRun } from '../open-run.ts'
import { limit, step } from '../params.ts'
import type { Question } from '../question.ts'
import { tokenOf } from '../text.ts'

type Axes = PrincipalAxes & { readonly basis: number }

/** Of each open run the axes found last: a slider asks for the same ones at every step. */
const latest = new WeakMap<OpenRun, { key: string; axes: Axes }>()

async function axesOfStep(run: OpenRun, asked: number | undefined, dimensions: number): Promise<Axes> {
  return run.table(asked, (table, basis) => {
    const key = `${basis}/${dimensions}`
    const known = latest.get(run)
    if (known?.key === key) return known.axes
    const axes = { ...principalAxes(table, { dimensions }), basis }
    latest.set(run, { key, axes })
    return axes
  })
}

export const embeddings: Question<'embeddings'> = {
  params: z.strictObject({
    step,
    basis: step,
    dimensions: z.int().min(2).max(3).optional(),
    limit: limit(200_000),
    ids: z.array(z.int().min(0)).max(10_000).optional(),
  }),
  async run(run, { step: asked, basis: axesOf, dimensions = 2, limit = 2000, ids: more = [] }) {
    const tokenizer = await run.tokenizer()
    const { axes, mean, basis, rows } = await axesOfStep(run, axesOf, dimensions)
    return run.table(asked, (table, step) => {
      const vocabulary = rowsOf(table)
      const ids = Array.from({ length: Math.min(limit, vocabulary) }, (_, id) => id)
      ids.push(...new Set(more.filter(id => id >= ids.length && id < vocabulary)))
      return {
        step,
        basis,
        // Of vectors that are all alike there are fewer.
        dimensions: axes.length,
        tokens: ids.map(id => tokenOf(tokenizer, id)),
        points: projected(table, { axes, mean }, ids),
        norms: Float32Array.from(ids, id => norm(rowOf(table, id))),
        explained: explainedBy(table, axes),
        rows,
      }
    })
  },
}
