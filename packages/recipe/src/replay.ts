import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Checkpoint, listCheckpoints, readCheckpoint } from '@sluice/checkpoint'
import { type Blocks, ConfigError, type Frame, loadModules, run, StateError } from '@sluice/pipeline'
import { loadAnyTokenizer, type Tokenizer } from '@sluice/tokenize'
import { blockRows } from '@sluice/trainer'
import { batchChain } from './batches.ts'
import { cachedTokens } from './cached-tokens.ts'
import { openCorpus } from './corpus.ts'
import { checkpointsDir, scratchFolder } from './layout.ts'
import { builtInRegistry } from './registry.ts'
import type { RunState } from './resume.ts'

/** A stretch of one document in a row of a batch. */
export interface ReplayedSpan {
  readonly doc_id: string
  readonly source: string
  /** Tokens: where it begins in the row, and how many. */
  readonly start: number
  readonly length: number
  readonly text: string
}

export interface ReplayedRow {
  /** T + 1 */
  readonly ids: readonly number[]
  readonly spans: readonly ReplayedSpan[]
}

export interface ReplayedStep {
  readonly step: number
  /** The checkpoint that the data was read on from; 0: from the beginning. */
  readonly from: number
  readonly rows: readonly ReplayedRow[]
}

export interface ReplayOptions {
  /** Folder of the run. */
  readonly path: string
  readonly step: number
  /** What relative paths of the recipe are relative to. Default: what they were when the run was trained. */
  readonly baseDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Builds the batch of a step again, bit by bit as it was trained on: from the cursor of the nearest checkpoint before it, by
 * running the data's part of the recipe. Nothing is computed, nothing written.
 *
 * @throws StateError where the run has no checkpoint, or its text ends before the step
 */
export async function replayStep({ path, step, baseDir, signal }: ReplayOptions): Promise<ReplayedStep> {
  if (!Number.isSafeInteger(step) || step < 1) throw new ConfigError(`steps are 1, 2, 3 …, not ${step}`)
  const { checkpoint, from } = await nearest(path, step)
  const { recipe, predicts = 'next', baseDir: trainedIn } = checkpoint.state as unknown as RunState
  if (recipe === undefined) throw new StateError('was not written by a run of a recipe', { file: checkpoint.path })
  const base = baseDir ?? (trainedIn === undefined ? process.cwd() : resolve(path, trainedIn))
  const registry = builtInRegistry()
  if (recipe.modules) await loadModules([...recipe.modules], base, registry)
  const tokenizer = await loadAnyTokenizer(JSON.parse(await readFile(join(path, 'tokenizer.json'), 'utf8')))
  const stop = new AbortController()
  const until = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  try {
    const scratchDir = join(path, scratchFolder)
    const kept = existsSync(scratchDir) ? { scratchDir } : {}
    const context = { baseDir: base, seed: recipe.seed, ...kept, signal: until, emit: () => {} }
    const corpus = openCorpus(recipe, registry, context)
    const { accumulate } = recipe.train
    const first = (step - from - 1) * accumulate
    const wanted: Frame<Blocks>['batch'][] = []
    let passed = 0
    const saved = from === 0 ? undefined : (id: string) => checkpoint.stage(id)
    const cached = await cachedTokens({ recipe, corpus, tokenizer, baseDir: base, path, main: false, emit: () => {} })
    const running = run({
      ...batchChain({ recipe, corpus, tokenizer, predicts, main: false, saved, cached }),
      sink: {
        id: 'replay',
        consume({ batch }) {
          // The trainer passes over empty batches too.
          if (batch.numRows === 0 || wanted.length === accumulate) return
          if (passed++ >= first) wanted.push(batch)
          if (wanted.length === accumulate) running.stop()
        },
      },
      seed: recipe.seed,
      signal: until,
      ...(from === 0 ? {} : { from: checkpoint.cursor }),
      ...(saved ? { saved } : {}),
    })
    await running.done
    signal?.throwIfAborted()
    if (wanted.length < accumulate) {
      const last = from + Math.floor(passed / accumulate)
      throw new StateError(`the text ends after step ${last}, there is no step ${step}`, { file: path })
    }
    return { step, from, rows: wanted.flatMap(batch => rowsOf(batch, tokenizer)) }
  } finally {
    stop.abort()
  }
}

/** Where reading can begin: the last checkpoint before the step that is whole, or the beginning. */
async function nearest(path: string, step: number): Promise<{ checkpoint: Checkpoint; from: number }> {
  if (!existsSync(path)) {
    throw new StateError('there is no such run', {
      file: path,
      advice: 'name the folder of a run, such as runs/quickstart',
    })
  }
  const all = await listCheckpoints(checkpointsDir(path))
  const before = all.filter(one => one.resumable && one.step < step).at(-1)
  // Of one that holds weights only it is the recipe that counts: reading begins at the beginning then.
  const chosen = before ?? all[0]
  if (!chosen) throw new StateError('holds no checkpoint', { file: path, advice: 'train first: pipeline run <config>' })
  const checkpoint = await readCheckpoint(chosen.path, { part: before ? 'resume' : 'weights' })
  return { checkpoint, from: before ? before.step : 0 }
}

function rowsOf(batch: Frame<Blocks>['batch'], tokenizer: Tokenizer): ReplayedRow[] {
  const { ids, width } = blockRows(batch)
  const spans = batch.getChild('spans')
  return Array.from({ length: batch.numRows }, (_, row) => {
    const own = ids.subarray(row * width, (row + 1) * width)
    return {
      ids: [...own],
      spans: [...(spans?.get(row) ?? [])].flatMap(span => {
        if (!span) return []
        const { doc_id, source, start, length } = span
        return [{ doc_id, source, start, length, text: tokenizer.decode(own.subarray(start, start + length)) }]
      }),
    }
  })
}
