import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import { readText } from '../text.ts'

export const attention: Question<'attention'> = {
  params: z.strictObject({
    text,
    step,
    layer: z.int().min(0).optional(),
    head: z.int().min(0).optional(),
    limit: limit(1024),
  }),
  async run(run, { text, step: asked, layer: onlyLayer, head: onlyHead, limit = 64 }) {
    const { ids, tokens, total } = await readText(run, text, { limit })
    return run.model(asked, (model, step) => {
      const { layers, heads } = model.shape
      requireBelow('layer', onlyLayer, layers)
      requireBelow('head', onlyHead, heads)
      const { attention, causal, time } = model.inspect(ids, { lens: false })
      const maps = attention.flatMap((map, layer) =>
        Array.from({ length: heads }, (_, head) => ({
          layer,
          head,
          weights: map.subarray(head * time * time, (head + 1) * time * time),
        })),
      )
      const wanted = maps.filter(({ layer, head }) => (onlyLayer ?? layer) === layer && (onlyHead ?? head) === head)
      return { step, tokens, total, layers, heads, causal, maps: wanted }
    })
  },
}

function requireBelow(what: 'layer' | 'head', asked: number | undefined, count: number): void {
  if (asked === undefined || asked < count) return
  const number = count === 1 ? `one ${what}, number 0` : `${count} ${what}s, 0 to ${count - 1}`
  throw new ConfigError(`the model has ${number}: there is no ${what} ${asked}`, { place: `attention.${what}` })
}
