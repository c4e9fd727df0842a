import type { EvaluationSet } from '@sluice/pipeline'
import { ConfigError, nearest, StateError } from '@sluice/pipeline'
import { evaluate } from '@sluice/trainer'
import { modelParts, withParameters } from '@sluice/transformer'
import { z } from 'zod'
import { limit, step } from '../params.ts'
import type { Question } from '../question.ts'
import type { Ablated } from '../results.ts'

export const ablate: Question<'ablate'> = {
  params: z.strictObject({ step, limit: limit(10_000_000), parts: z.array(z.string()).min(1).max(1000).optional() }),
  async run(run, { step: asked, limit = 4096, parts: wanted }, { signal } = {}) {
    if (!(await run.steps()).includes(0)) {
      throw new StateError('keeps no step 0 to put parts back to', { file: run.path })
    }
    return run.model(asked, (model, step) =>
      run.model(0, async start => {
        const { blocks, tokens } = firstBlocks(await run.evaluation(model), limit)
        const { packing } = (await run.recipe()).train
        const set = { ...(await run.evaluation(model)), blocks }
        const measure = async (of = model) => (await evaluate(of, set, { packing, signal })).loss
        const known = modelParts(model.parameters.keys())
        const loss = await measure()
        const parts: Ablated[] = []
        for (const part of wanted ?? usualParts(known.keys())) {
          const names = known.get(part)
          if (!names) throw unknownPart(part, [...known.keys()])
          const without = await withParameters(model.parameters, start.parameters, names, () => measure())
          const parameters = names.reduce((sum, name) => sum + model.parameters.get(name)!.size, 0)
          parts.push({ part, parameters, loss: without, increase: without - loss })
        }
        return { step, tokens, loss, atStart: await measure(start), parts }
      }),
    )
  },
}

/** Those put back unless others are asked for: the groups and the layers. */
export function usualParts(parts: Iterable<string>): string[] {
  return [...parts].filter(name => !/^layer \d+ ./.test(name))
}

/** Whole blocks, as many as hold about so many tokens; one at least. */
function firstBlocks({ blocks }: EvaluationSet, limit: number) {
  const kept: EvaluationSet['blocks'][number][] = []
  let tokens = 0
  for (const block of blocks) {
    const width = (block.getChild('ids')!.type as { listSize: number }).listSize - 1
    const rows = Math.min(block.numRows, Math.max(tokens === 0 ? 1 : 0, Math.floor((limit - tokens) / width)))
    if (rows > 0) kept.push(block.slice(0, rows))
    tokens += rows * width
  }
  return { blocks: kept, tokens }
}

function unknownPart(part: string, known: readonly string[]): ConfigError {
  const near = nearest(part, known)
  return new ConfigError(`the model has no part "${part}"${near ? `, did you mean "${near}"?` : ''}`, {
    place: 'ablate.parts',
    advice: `there are: ${known.join(', ')}`,
  })
}
