import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { storageError } from '@sluice/pipeline'
import type { DocumentLoss } from '@sluice/trainer'
import { parquetWriteBuffer } from 'hyparquet-writer'

/** Folder of a run that holds the losses of documents. */
export const blameFolder = 'blame'

const nameOf = (step: number) => `step-${String(step).padStart(6, '0')}.parquet`

/** The files of such a folder, each with the last step it tells of. */
export function blameFiles(dir: string): { path: string; last: number }[] {
  const names = existsSync(dir) ? readdirSync(dir).sort() : []
  return names.flatMap(name => {
    const last = /^step-(\d+)\.parquet$/.exec(name)?.[1]
    return last === undefined ? [] : [{ path: join(dir, name), last: Number(last) }]
  })
}

export interface BlameLog {
  add(step: number, documents: readonly DocumentLoss[]): void
  /** Writes what has come since the last time, as one file. On the disk when it returns. @throws StorageError */
  flush(): void
}

/**
 * Per-document losses as Parquet: step, doc_id, source, tokens, loss. A Parquet file cannot grow, so there is one for each stretch
 * between two checkpoints, named by its last step; no file lies across a checkpoint, and resuming takes whole ones away.
 *
 * @param options.after the step the run goes on after. Default: a run that begins
 */
export function blameLog({ dir, after }: { dir: string; after?: number | undefined }): BlameLog {
  for (const { path, last } of blameFiles(dir)) if (after !== undefined && last > after) rmSync(path)
  let rows: (DocumentLoss & { step: number })[] = []
  return {
    add(step, documents) {
      for (const document of documents) rows.push({ step, ...document })
    },
    flush() {
      const last = rows.at(-1)
      if (!last) return
      const path = join(dir, nameOf(last.step))
      try {
        mkdirSync(dir, { recursive: true })
        write(path, new Uint8Array(asParquet(rows)))
      } catch (error) {
        throw storageError('cannot be written', path, error)
      }
      rows = []
    },
  }
}

function asParquet(rows: readonly (DocumentLoss & { step: number })[]): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: [
      { name: 'step', type: 'INT32', nullable: false, data: rows.map(row => row.step) },
      { name: 'doc_id', type: 'STRING', nullable: false, data: rows.map(row => row.doc_id) },
      { name: 'source', type: 'STRING', nullable: false, data: rows.map(row => row.source) },
      { name: 'tokens', type: 'INT32', nullable: false, data: rows.map(row => row.tokens) },
      { name: 'loss', type: 'DOUBLE', nullable: false, data: rows.map(row => row.loss) },
    ],
  })
}

/** Never seen half written. */
function write(path: string, bytes: Uint8Array): void {
  const file = openSync(`${path}.tmp`, 'w')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.tmp`, path)
}
