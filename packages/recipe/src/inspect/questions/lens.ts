import { readOff } from '@sluice/transformer'
import { z } from 'zod'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import type { LensCell } from '../results.ts'
import { readText, tokenOf } from '../text.ts'

export const lens: Question<'lens'> = {
  params: z.strictObject({ text, step, limit: limit(1000), tokens: limit(1024) }),
  async run(run, { text, step: asked, limit = 5, tokens: most = 64 }) {
    // One more than is looked at, so that the last place too knows what comes.
    const { tokenizer, ids: all, total } = await readText(run, text, { limit: most + 1 })
    return run.model(asked, (model, step) => {
      const ids = all.slice(0, most)
      const { vocabSize } = model.config
      const next = model.predicts === 'next' ? 1 : 0
      const target = (place: number): number | undefined => all[place + next]
      const token = (id: number) => tokenOf(tokenizer, id)
      const rows: { layer: number; cells: LensCell[] }[] = []
      const read = (layer: number, scores: Float32Array) => {
        const cells = Array.from(ids, (_, place): LensCell => {
          const own = scores.subarray(place * vocabSize, (place + 1) * vocabSize)
          const { top, ...rest } = readOff(own, { limit, target: target(place) })
          return { ...rest, top: top.map(({ id, probability }) => ({ ...token(id), probability })) }
        })
        rows.push({ layer, cells })
      }
      model.inspect(ids, { attention: false, lens: read })
      const targets = Array.from(ids, (_, place) => {
        const id = target(place)
        return id === undefined ? undefined : token(id)
      })
      return { step, tokens: Array.from(ids, token), total, targets, rows }
    })
  },
}
