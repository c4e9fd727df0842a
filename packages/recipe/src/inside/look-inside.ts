import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BackendName } from '@sluice/compute'
import { loadEvaluation, type Tokenizer } from '@sluice/tokenize'
import { blockRows } from '@sluice/trainer'
import { countParameters, modelParts } from '@sluice/transformer'
import { inspect } from '../inspect/inspections.ts'
import type { OpenRun } from '../inspect/open-run.ts'
import { usualParts } from '../inspect/questions/ablate.ts'
import type { QuestionName, Questions } from '../inspect/results.ts'
import { boundsOf } from './bounds.ts'
import type { Inside, Moved } from './inside.ts'
import { wordsOf } from './words.ts'

/** Tokens of the text that is looked at: as many as can be read in one picture. */
const textTokens = 16
/** Words whose nearest are told. */
const mostWords = 4

/** What each part is called where it is left out. */
const names = {
  tokens: 'How text is cut',
  map: 'The map of the vocabulary',
  positions: 'Positions',
  attention: 'What heads look at',
  heads: 'What each head does most',
  lens: 'How a prediction grows',
  weights: 'How far weights moved',
  ablation: 'Where knowledge sits',
  blame: 'The hardest texts',
  all: 'All of it',
} as const

/**
 * Asks a run that has just ended what the page would: bounded by the size of the model (see `boundsOf`). What cannot be answered does
 * not end the report: it is told in `leftOut`.
 */
export async function lookInside(run: OpenRun, { backend }: { backend: BackendName }): Promise<Inside> {
  const leftOut: string[] = []
  const part: Part = async (name, work) => {
    try {
      return await work()
    } catch (error) {
      leftOut.push(`${names[name]}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const tooLarge = (name: keyof typeof names, command: string) => {
    leftOut.push(`${names[name]}: the model is too large for it here; ask: pipeline inspect ${command}`)
    return undefined
  }
  const found = await part('all', () => pictures(run, { backend, part, tooLarge }))
  const known = Object.fromEntries(Object.entries(found ?? {}).filter(([, value]) => value !== undefined))
  return { ...known, leftOut }
}

/** Has one thing computed; what goes wrong with it is told. */
type Part = <T>(name: keyof typeof names, work: () => Promise<T | undefined>) => Promise<T | undefined>

interface Looking {
  readonly backend: BackendName
  readonly part: Part
  tooLarge(name: keyof typeof names, command: string): undefined
}

type Found = { -readonly [K in Exclude<keyof Inside, 'leftOut'>]?: Inside[K] | undefined }

async function pictures(run: OpenRun, { backend, part, tooLarge }: Looking): Promise<Found> {
  const ask = <N extends QuestionName>(name: N, params: Questions[N]['params']) => inspect(run, name, params)
  const [{ shape, positions }, tokenizer, steps] = [await run.described(), await run.tokenizer(), await run.steps()]
  const { layers, blockSize, vocabSize, width } = shape
  const parameters = countParameters(shape.parameters).total
  const bounds = boundsOf({ backend, parameters, vocabSize, width, layers, blockSize })
  const text = await exampleText(run, tokenizer)
  const [first, last] = [steps[0], steps.at(-1)]
  const beginning = first === 0 && last !== 0 ? 0 : undefined
  const evaluated = existsSync(join(run.path, 'eval.arrow'))
  const reads = text !== undefined && bounds.reads(textTokens)

  const found: Found = {
    tokens: text === undefined ? undefined : await part('tokens', () => ask('tokens', { text, limit: 100 })),
    map: bounds.map ? await part('map', () => mapOf(run, beginning)) : tooLarge('map', 'embeddings'),
    positions: positions.kind === 'none' ? undefined : await part('positions', () => ask('positions', { limit: 64 })),
  }
  if (text !== undefined && !reads) {
    tooLarge('attention', 'attention --text "…"')
    tooLarge('lens', 'lens --text "…"')
  }
  if (text !== undefined && reads) {
    found.attention = await part('attention', () => ask('attention', { text, limit: textTokens }))
    found.lens = await part('lens', () => ask('lens', { text, tokens: textTokens, limit: 1 }))
  }
  if (evaluated) {
    const { judged } = bounds
    found.heads = judged > 0 ? await part('heads', () => ask('heads', { limit: judged })) : tooLarge('heads', 'heads')
  }
  if (beginning !== undefined) {
    const some = spread(steps, bounds.snapshots)
    found.weights =
      some.length > 1 ? await part('weights', () => ask('weights', { steps: some })) : tooLarge('weights', 'weights')
    if (evaluated) {
      const parts = usualParts(modelParts(shape.parameters.keys()).keys())
      const limit = bounds.ablated(parts.length)
      found.ablation =
        limit > 0 ? await part('ablation', () => ask('ablate', { limit })) : tooLarge('ablation', 'ablate')
    }
  }
  if ((await run.recipe()).train.blame) found.blame = await part('blame', () => ask('blame', { limit: 8 }))
  return found
}

/** The beginning of the held-out text, which no training has seen; without one the prompt of the samples. */
async function exampleText(run: OpenRun, tokenizer: Tokenizer): Promise<string | undefined> {
  const file = join(run.path, 'eval.arrow')
  if (existsSync(file)) {
    const [block] = (await loadEvaluation(file)).blocks
    // More than are looked at, so that the last place knows what comes.
    if (block) return tokenizer.decode(blockRows(block).ids.slice(0, textTokens + 4))
  }
  const { prompt } = (await run.recipe()).train.sample
  return prompt === '' ? undefined : prompt
}

async function mapOf(run: OpenRun, beginning: number | undefined): Promise<Inside['map']> {
  const last = await inspect(run, 'embeddings', { limit: 1500 })
  const first = beginning === undefined ? undefined : await inspect(run, 'embeddings', { step: beginning, limit: 1500 })
  const moved: Moved[] = []
  for (const { id } of wordsOf(last.tokens).slice(0, mostWords)) {
    const now = await inspect(run, 'neighbors', { token: id, limit: 5 })
    const then =
      beginning === undefined
        ? {}
        : { first: await inspect(run, 'neighbors', { token: id, limit: 5, step: beginning }) }
    moved.push({ ...then, last: now })
  }
  return { ...(first ? { first } : {}), last, moved }
}

/** At most so many of them, from the first to the last. */
function spread(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps]
  if (most < 2) return []
  return Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]!)
}
