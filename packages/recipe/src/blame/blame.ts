import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, StateError } from '@sluice/pipeline'
import type { DocumentLoss } from '@sluice/trainer'
import { parquetReadObjects } from 'hyparquet'
import { blameFiles, blameFolder } from './log.ts'

/** One document of one step. */
export interface BlameRow extends DocumentLoss {
  readonly step: number
}

/** What a document cost in a step, or in all of a run's that it was in. */
export interface BlamedDocument extends DocumentLoss {
  /** By how much its loss lay above that of the step's batch, nats: a mean over its targets. */
  readonly excess: number
  /** Steps that it was in. */
  readonly steps: readonly number[]
}

export interface BlameOptions {
  /** Folder of the run. */
  readonly path: string
  /** Default: the whole run. */
  readonly step?: number | undefined
  /** How many of the worst. Default: 20. */
  readonly top?: number | undefined
}

/**
 * The documents that were hardest to foretell, the worst first. Losses fall as training goes on, so a document is measured
 * against its step's batch: otherwise the run's worst would be those that came first.
 *
 * @throws StateError where the run kept no losses, or none of the step
 */
export async function blameDocuments({ path, step, top = 20 }: BlameOptions): Promise<BlamedDocument[]> {
  const rows = (await readBlame(path, step)).filter(row => step === undefined || row.step === step)
  if (rows.length === 0) {
    const advice = 'steps are kept with the checkpoint after them; name another step'
    throw new StateError(`holds no losses of step ${step}`, { file: path, advice })
  }
  return worst(rows).slice(0, top)
}

/** Every row, or those of the file that holds a step. */
export async function readBlame(path: string, step?: number): Promise<BlameRow[]> {
  if (!existsSync(path)) {
    throw new StateError('there is no such run', {
      file: path,
      advice: 'name the folder of a run, such as runs/quickstart',
    })
  }
  const files = blameFiles(join(path, blameFolder))
  if (files.length === 0) {
    throw new StateError('keeps no losses of documents', { file: path, advice: 'train it with "blame": true in train' })
  }
  const one = step === undefined ? undefined : files.find(({ last }) => last >= step)
  const wanted = step === undefined ? files : one ? [one] : []
  const rows: BlameRow[] = []
  for (const { path } of wanted) for (const row of await readRows(path)) rows.push(row)
  return rows
}

async function readRows(path: string): Promise<BlameRow[]> {
  const bytes = await readFile(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  try {
    return (await parquetReadObjects({ file })) as BlameRow[]
  } catch (cause) {
    throw new DataError(`is no whole Parquet file: ${(cause as Error).message}`, { file: path, cause })
  }
}

function worst(rows: readonly BlameRow[]): BlamedDocument[] {
  const steps = new Map<number, { nats: number; tokens: number }>()
  for (const { step, tokens, loss } of rows) {
    if (!Number.isFinite(loss)) continue
    const sum = steps.get(step) ?? { nats: 0, tokens: 0 }
    steps.set(step, { nats: sum.nats + tokens * loss, tokens: sum.tokens + tokens })
  }
  const found = new Map<string, { name: BlameRow; tokens: number; nats: number; excess: number; steps: number[] }>()
  for (const row of rows) {
    const { step, doc_id, source, tokens, loss } = row
    const key = JSON.stringify([source, doc_id])
    const sum = found.get(key) ?? { name: row, tokens: 0, nats: 0, excess: 0, steps: [] }
    found.set(key, sum)
    const batch = steps.get(step)
    sum.tokens += tokens
    sum.nats += tokens * loss
    sum.excess += tokens * (loss - (batch ? batch.nats / batch.tokens : 0))
    sum.steps.push(step)
  }
  const all = [...found.values()].map(({ name: { doc_id, source }, tokens, nats, excess, steps }) => ({
    doc_id,
    source,
    tokens,
    loss: nats / tokens,
    excess: excess / tokens,
    steps,
  }))
  // What is not a number is the worst of all.
  const rank = ({ excess }: BlamedDocument) => (Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess)
  return all.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)))
}
