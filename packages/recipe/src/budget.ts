import { ConfigError, splitMemory, workerCount } from '@sluice/pipeline'
import type { Recipe } from './recipe.ts'

/**
 * What a process that reads and packs text needs beside what is in flight: Node, our code, readers' buffers, garbage that has not
 * been collected yet. Measured with `benchmarks/memory.js`.
 */
const processBytes = 300_000_000

/** Text is read far quicker than it is trained on: this much ahead is plenty, if it is some batches. */
const usualMark = 4 * 2 ** 20

/** With `dataWorkers`, also what is asked of the thread ahead of the batch that is wanted. */
export const batchesAhead = 4

/** Of each source of a mix by tokens: what is between it and the mix, a run of its own. A little of each is enough for a stream. */
export const memberMark = 2 ** 20

/** Of a recipe's `memory`: what the run may hold between its source and its trainer, and how much of that is the gate's mark. */
export interface DataBudget {
  readonly memory: number
  readonly mark: number
}

/**
 * Splits a recipe's `memory`.
 *
 * @throws ConfigError where it is too little, naming the key that asks for most and what would do
 */
export function dataBudget(recipe: BudgetedRecipe): DataBudget {
  const { memory, data } = recipe
  const { row, batch } = bytesOf(data)
  // In the trainer's thread lie batches, and some are on their way to it.
  const apart = workerCount(recipe.dataWorkers ?? 0) > 0 ? batchesMark(recipe) + (batchesAhead + 1) * batch : 0
  const mixed = mixesTokens(recipe) ? recipe.sources.length * memberMark : 0
  const windows = [
    { id: 'data.shuffle', bytes: data.shuffle },
    { id: 'data.pack.window', bytes: data.pack.fit === 'documents' ? data.pack.window * 16 : row },
    { id: 'data.batchSize', bytes: batch },
  ]
  const inFlight = memory - processBytes - apart - mixed
  if (inFlight <= 0) throw tooLittle(memory)
  const mark = Math.min(Math.max(usualMark, batchesAhead * batch), Math.max(2 ** 16, Math.floor(inFlight / 4)))
  try {
    splitMemory({ memory: inFlight, mark, windows })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const least = (mark + 2 * windows.reduce((sum, { bytes }) => sum + bytes, 0) + apart + mixed + processBytes) / 1e6
    const largest = windows.reduce((a, b) => (b.bytes > a.bytes ? b : a))
    const needs = windows.filter(({ bytes }) => bytes >= 2 ** 20).map(({ id, bytes }) => `${id} ${megabytes(bytes)}`)
    const others = [
      ...(apart > 0 ? [`dataWorkers another ${megabytes(apart)}`] : []),
      ...(mixed > 0 ? [`a mix by tokens ${megabytes(memberMark)} for each source`] : []),
    ]
    throw new ConfigError(
      `${megabytes(memory)} are too little: the process takes ${megabytes(processBytes)}, the mark ${megabytes(mark)}, ` +
        `and each window twice its size (${needs.join(', ')})${others.map(other => `; ${other}`).join('')}`,
      {
        place: 'memory',
        advice: `set memory to at least "${Math.ceil(least)}MB", or make ${largest.id} smaller`,
        cause: error,
      },
    )
  }
  return { memory: inFlight, mark }
}

/** What the run that trains may hold where its batches are made in a thread, which has the `dataBudget`: some of them. */
export function batchesBudget(recipe: BudgetedRecipe): DataBudget {
  const mark = batchesMark(recipe)
  return { memory: mark, mark }
}

function batchesMark({ memory, data }: BudgetedRecipe): number {
  return Math.min(
    Math.max(2 ** 20, batchesAhead * bytesOf(data).batch),
    Math.max(2 ** 16, Math.floor((memory - processBytes) / 4)),
  )
}

type BudgetedRecipe = Pick<Recipe, 'memory' | 'data' | 'dataWorkers' | 'mix' | 'sources'>

/** Whether each source is refined and tokenized by itself before they are mixed. */
export function mixesTokens({ mix, sources }: Pick<Recipe, 'mix' | 'sources'>): boolean {
  return mix.unit === 'tokens' && sources.length > 1
}

/** Of a row and of a batch: ids, and what is told of the documents in it. */
function bytesOf({ blockSize, batchSize }: Recipe['data']): { row: number; batch: number } {
  const row = (blockSize + 1) * 12
  return { row, batch: batchSize * row }
}

function tooLittle(memory: number): ConfigError {
  const message = `${megabytes(memory)} are too little: the process alone takes ${megabytes(processBytes)}`
  return new ConfigError(message, { place: 'memory', advice: 'set memory to at least "400MB"' })
}

/** As a config says it. */
function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`
}
