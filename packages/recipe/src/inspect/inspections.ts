import { ConfigError, nearest } from '@sluice/pipeline'
import type { OpenRun } from './open-run.ts'
import type { AskOptions, Question } from './question.ts'
import { ablate } from './questions/ablate.ts'
import { about } from './questions/about.ts'
import { attention } from './questions/attention.ts'
import { blame } from './questions/blame.ts'
import { compare } from './questions/compare.ts'
import { contexts } from './questions/contexts.ts'
import { embeddings } from './questions/embeddings.ts'
import { fill } from './questions/fill.ts'
import { generate } from './questions/generate.ts'
import { heads } from './questions/heads.ts'
import { lens } from './questions/lens.ts'
import { neighbors } from './questions/neighbors.ts'
import { positions } from './questions/positions.ts'
import { tokens } from './questions/tokens.ts'
import { weights } from './questions/weights.ts'
import type { QuestionName, Questions } from './results.ts'

/** Everything that can be asked of a run, by its name. */
export const inspections: { readonly [N in QuestionName]: Question<N> } = {
  about,
  tokens,
  compare,
  neighbors,
  embeddings,
  positions,
  attention,
  heads,
  lens,
  generate,
  fill,
  contexts,
  weights,
  ablate,
  blame,
}

/**
 * Asks a run, with parameters as they come from outside.
 *
 * @throws ConfigError naming the question or the parameter that is not known or cannot be; whatever answering throws
 */
export async function inspect<N extends QuestionName>(
  run: OpenRun,
  name: N,
  params: unknown,
  options?: AskOptions,
): Promise<Questions[N]['result']> {
  const names = Object.keys(inspections)
  const question = Object.hasOwn(inspections, name) ? (inspections[name] as Question<N>) : undefined
  if (!question) {
    const near = nearest(name, names)
    throw new ConfigError(`nothing called "${name}" can be asked${near ? `, did you mean "${near}"?` : ''}`, {
      advice: `there are: ${names.join(', ')}`,
    })
  }
  const checked = question.params.safeParse(params)
  if (!checked.success) {
    const [issue] = checked.error.issues
    throw new ConfigError(issue!.message, { place: [name, ...issue!.path].join('.') })
  }
  return question.run(run, checked.data, options)
}

/**
 * An answer as JSON: typed arrays as arrays, their numbers to six figures, which is what single precision knows. What is no
 * finite number becomes null.
 */
export function inspectionJson(result: unknown): string {
  return JSON.stringify(result, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array, number => Number(number.toPrecision(6))) : value,
  )
}
