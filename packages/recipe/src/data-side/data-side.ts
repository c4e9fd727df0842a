import { type Cursor, type Source, type Stage, sourceApart, threadProgram, workerCount } from '@sluice/pipeline'
import { sentTokenizer } from '@sluice/tokenize'
import { batchesAhead } from '../budget.ts'
import { instanceNames } from '../corpus.ts'
import { type ChainOptions, chainHere } from './chain-here.ts'
import type { DataStart } from './start.ts'

export interface DataSideOptions extends ChainOptions {
  readonly scratchDir: string
}

/** What batches are made by: on the thread of the run, or, with `dataWorkers`, as a source that stands for a thread which makes them. */
export async function dataSide(options: DataSideOptions): Promise<{ source: Source; stages: Stage[] }> {
  const { recipe, corpus, tokenizer, predicts, baseDir, path, scratchDir } = options
  const here = await chainHere(options)
  if (workerCount(recipe.dataWorkers ?? 0) === 0) return here
  const { source, stages } = here
  const parts = [source.id, ...stages.map(({ id }) => id)]
  const refining = corpus.part('training')
  // In a mix by tokens each source has stages of its own.
  const within = instanceNames(recipe.sources).flatMap(name => refining.map(({ id }) => `${name}/${id}`))
  const saved = Object.fromEntries(
    [...parts, ...within].flatMap(id => {
      const file = options.saved?.(id)
      return file === undefined ? [] : [[id, file]]
    }),
  )
  const started = (from: Cursor | undefined): DataStart => {
    return { recipe, baseDir, path, scratchDir, sent: sentTokenizer(tokenizer), predicts, from, saved }
  }
  const apart = sourceApart({
    id: 'data',
    schema: stages.reduce((schema, stage) => stage.schema(schema), source.schema),
    parts,
    program: threadProgram(import.meta.url, './worker'),
    started,
    ahead: batchesAhead,
    replaceable: !refining.some(stage => stage.save),
  })
  return { source: apart, stages: [] }
}
