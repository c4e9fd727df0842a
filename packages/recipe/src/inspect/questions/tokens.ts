import { z } from 'zod'
import { cutBy } from '../cut.ts'
import { limit, text } from '../params.ts'
import type { Question } from '../question.ts'

export const tokensParams = z.strictObject({ text, limit: limit(100_000) })

export const tokens: Question<'tokens'> = {
  params: tokensParams,
  async run(run, { text, limit = 2000 }) {
    return cutBy(await run.tokenizer(), { name: run.name, text, limit })
  },
}
