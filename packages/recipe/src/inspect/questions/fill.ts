import { ConfigError } from '@sluice/pipeline'
import { z } from 'zod'
import { filledText, fillMasks } from '../../fill.ts'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import { tokenOf, tokensOf } from '../text.ts'

export const fill: Question<'fill'> = {
  params: z.strictObject({ text, step, limit: limit(1000) }),
  async run(run, { text, step: asked, limit = 10 }) {
    const tokenizer = await run.tokenizer()
    return run.model(asked, (model, step) => {
      if (model.predicts !== 'masked') {
        throw new ConfigError('this model continues texts, it fills no masks', { advice: 'ask it to generate' })
      }
      const filled = fillMasks(model, tokenizer, text, { most: limit })
      const masks = filled.masks.map(({ place, fillings }) => ({
        place,
        fillings: fillings.map(({ id, probability }) => ({ ...tokenOf(tokenizer, id), probability })),
      }))
      return { step, tokens: tokensOf(tokenizer, filled.ids), masks, text: filledText(tokenizer, filled) }
    })
  },
}
