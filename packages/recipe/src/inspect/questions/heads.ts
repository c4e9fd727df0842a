import { pieces, type Tokenizer } from '@sluice/tokenize'
import { blockRows } from '@sluice/trainer'
import { headJudge, headLabel, headPatternNames, type JudgedText } from '@sluice/transformer'
import { z } from 'zod'
import { limit, step, text } from '../params.ts'
import type { Question } from '../question.ts'
import { tagKinds } from '../tag.ts'
import { encode } from '../text.ts'

const tagged = new Set<string>(['noun to noun', 'verb to its noun'])

export const heads: Question<'heads'> = {
  params: z.strictObject({ text: text.optional(), step, tags: z.boolean().optional(), limit: limit(1_000_000) }),
  async run(run, { text, step: asked, tags = false, limit = 2048 }, { signal } = {}) {
    const tokenizer = await run.tokenizer()
    return run.model(asked, async (model, step) => {
      const { layers, heads, blockSize } = model.shape
      const causal = model.predicts === 'next'
      const rows =
        text === undefined
          ? rowsOf((await run.evaluation(model)).blocks, limit)
          : cutIntoRows(encode(tokenizer, text, !causal).slice(0, limit), blockSize)
      const patterns = headPatternNames.filter(
        name => (tags || !tagged.has(name)) && (!causal || name !== 'next token'),
      )
      const judge = headJudge({ layers, heads, patterns })
      let tokens = 0
      for (const ids of rows) {
        signal?.throwIfAborted()
        const judged: JudgedText = { ids, kinds: await kindsOf(tokenizer, ids, tags) }
        judge.add(judged, model.inspect(ids, { lens: false }).attention, causal)
        tokens += ids.length
      }
      const told = judge.scores().map(({ scores, ...place }) => {
        const label = headLabel(scores)
        const best = label ? { label: label.pattern, score: label.score, chance: label.chance } : {}
        return { ...place, ...best, scores }
      })
      return { step, tokens, text: text === undefined ? 'evaluation' : 'given', patterns, heads: told }
    })
  },
}

/** Rows of the held-out blocks: T of each, since the last token is only foretold. */
function rowsOf(blocks: readonly Parameters<typeof blockRows>[0][], limit: number): Int32Array[] {
  const out: Int32Array[] = []
  let tokens = 0
  for (const block of blocks) {
    const { ids, rows, width } = blockRows(block)
    for (let row = 0; row < rows && tokens < limit; row++) {
      const own = ids.slice(row * width, row * width + Math.min(width - 1, limit - tokens))
      tokens += own.length
      out.push(own)
    }
  }
  return out
}

function cutIntoRows(ids: Int32Array, blockSize: number): Int32Array[] {
  const rows = Math.ceil(ids.length / blockSize)
  return Array.from({ length: rows }, (_, row) => ids.slice(row * blockSize, (row + 1) * blockSize))
}

/** Punctuation by its characters; nouns and verbs where they are asked for. */
async function kindsOf(tokenizer: Tokenizer, ids: Int32Array, tags: boolean): Promise<JudgedText['kinds']> {
  const texts = pieces(tokenizer, ids)
  const words = tags ? await tagKinds(texts) : []
  return texts.map((text, i) => (/^\s*\p{P}+\s*$/u.test(text) ? 'punctuation' : words[i]))
}
