import { z } from 'zod'
import { type BlamedDocument, blameDocuments } from '../../blame/blame.ts'
import { limit, step } from '../params.ts'
import type { Question } from '../question.ts'
import type { BlamedSource } from '../results.ts'

export const blame: Question<'blame'> = {
  params: z.strictObject({ step, limit: limit(10_000) }),
  async run(run, { step, limit = 20 }) {
    const all = await blameDocuments({ path: run.path, step, top: Number.POSITIVE_INFINITY })
    return { documents: all.slice(0, limit), sources: bySource(all) }
  },
}

function bySource(documents: readonly BlamedDocument[]): BlamedSource[] {
  const sums = new Map<string, { documents: number; tokens: number; nats: number; excess: number }>()
  for (const { source, tokens, loss, excess } of documents) {
    const sum = sums.get(source) ?? { documents: 0, tokens: 0, nats: 0, excess: 0 }
    sum.documents++
    sum.tokens += tokens
    sum.nats += tokens * loss
    sum.excess += tokens * excess
    sums.set(source, sum)
  }
  return [...sums]
    .map(([source, { documents, tokens, nats, excess }]) => ({
      source,
      documents,
      tokens,
      loss: nats / tokens,
      excess: excess / tokens,
    }))
    .sort((a, b) => b.excess - a.excess)
}
