import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, nearest } from '@sluice/pipeline'
import { readTokenizer } from '@sluice/tokenize'
import { z } from 'zod'
import { cutBy, cutPlainly, plainCuts } from '../cut.ts'
import type { OpenRun } from '../open-run.ts'
import type { Question } from '../question.ts'
import { tokensParams } from './tokens.ts'

export const compare: Question<'compare'> = {
  params: tokensParams.extend({ with: z.string().optional() }),
  async run(run, { text, limit = 2000, with: asked }) {
    const known = tokenizersBeside(run)
    const choices = [...known.keys(), ...Object.keys(plainCuts)]
    const name = asked ?? choices[0]!
    if (!choices.includes(name)) {
      const near = nearest(name, choices)
      throw new ConfigError(`no tokenizer is called "${name}"${near ? `, did you mean "${near}"?` : ''}`, {
        place: 'compare.with',
        advice: `there are: ${choices.join(', ')}`,
      })
    }
    const own = cutBy(await run.tokenizer(), { name: run.name, text, limit })
    const path = known.get(name)
    const options = { name, text, limit }
    const other = path === undefined ? cutPlainly(options) : cutBy(await readTokenizer(path), options)
    return { own, other, choices }
  },
}

/** Those that the caller named, and those of the runs in the same folder: never a path that a question names. */
function tokenizersBeside(run: OpenRun): Map<string, string> {
  const found = new Map(Object.entries(run.tokenizers))
  const parent = dirname(run.path)
  for (const name of readdirSync(parent).sort()) {
    const file = join(parent, name, 'tokenizer.json')
    if (name !== run.name && existsSync(file)) found.set(name, file)
  }
  return found
}
