import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { countParameters } from '@sluice/transformer'
import { z } from 'zod'
import { blameFiles, blameFolder } from '../../blame/log.ts'
import type { Question } from '../question.ts'
import { maskOf } from '../text.ts'

export const about: Question<'about'> = {
  params: z.strictObject({}),
  async run(run) {
    const [{ shape, positions }, tokenizer] = [await run.described(), await run.tokenizer()]
    const { family, vocabSize, blockSize, layers, heads, width } = shape
    const mask = maskOf(tokenizer)?.spelling
    return {
      name: run.name,
      family,
      predicts: family === 'bert' ? 'masked' : 'next',
      vocabSize,
      blockSize,
      layers,
      heads,
      width,
      parameters: countParameters(shape.parameters).total,
      positions: positions.kind,
      tokenizer: { kind: tokenizer.kind, vocabSize: tokenizer.vocabSize },
      ...(mask === undefined ? {} : { mask }),
      steps: await run.steps(),
      evaluation: existsSync(join(run.path, 'eval.arrow')),
      blame: blameFiles(join(run.path, blameFolder)).length > 0,
    }
  },
}
