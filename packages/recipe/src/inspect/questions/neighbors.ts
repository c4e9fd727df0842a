import { nearestRows, norm, rowOf, rowsOf } from '@sluice/embed'
import { ConfigError } from '@sluice/pipeline'
import { pieces, type Tokenizer } from '@sluice/tokenize'
import { z } from 'zod'
import { limit, step } from '../params.ts'
import type { Question } from '../question.ts'
import { tokenOf } from '../text.ts'

export const neighbors: Question<'neighbors'> = {
  params: z.strictObject({ token: z.union([z.string().max(10_000), z.int().min(0)]), step, limit: limit(1000) }),
  async run(run, { token, step: asked, limit = 10 }) {
    const tokenizer = await run.tokenizer()
    return run.table(asked, (table, step) => {
      const id = typeof token === 'number' ? token : idOf(tokenizer, token)
      if (id >= rowsOf(table)) {
        throw new ConfigError(`the vocabulary has ${rowsOf(table)} tokens, there is no token ${id}`, {
          place: 'neighbors.token',
        })
      }
      const vector = rowOf(table, id)
      const { neighbors, mean } = nearestRows(table, vector, { limit, without: [id] })
      const told = neighbors.map(({ row, similarity }) => ({ ...tokenOf(tokenizer, row), similarity }))
      return { step, token: tokenOf(tokenizer, id), norm: norm(vector), neighbors: told, mean }
    })
  },
}

/** Words most often stand after a space, and are tokens together with it. */
function idOf(tokenizer: Tokenizer, text: string): number {
  for (const each of [text, ` ${text}`]) {
    const ids = tokenizer.encode(each, { special: 'allow' })
    if (ids.length === 1) return ids[0]!
  }
  const cut = pieces(tokenizer, tokenizer.encode(text))
  const found = cut.length === 0 ? 'no token' : `${cut.length} tokens: ${cut.slice(0, 12).join('|')}`
  throw new ConfigError(`expected one token, "${text.slice(0, 60)}" is ${found}`, {
    place: 'neighbors.token',
    advice: 'name one of its tokens, or its id',
  })
}
