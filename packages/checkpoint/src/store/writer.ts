import { builtProgram, crew, type ThreadProgram } from '@sluice/pipeline'
import type { FileLayer } from '../files/layer.ts'
import { nodeFiles } from '../files/node.ts'
import { asContent, type ContentMessage } from './messages.ts'
import { prune } from './prune.ts'
import { type CheckpointContent, type Written, writeCheckpoint } from './write.ts'

/** Which checkpoints stay when one has been written; see `prune`. */
export interface Keeping {
  readonly keep: number
  readonly early: ReadonlySet<number>
  readonly best?: number | undefined
}

/** Writes one checkpoint after another. */
export interface CheckpointWriter {
  /** Takes the tensors of the snapshot: the caller has them no more. */
  write(dir: string, content: CheckpointContent, keeping: Keeping): Promise<Written>
  close(): Promise<void>
}

/** On the calling thread, a piece between any two of its turns. */
export function writerHere(files: FileLayer): CheckpointWriter {
  return {
    async write(dir, content, { keep, early, best }) {
      const written = await writeCheckpoint(dir, content, { files })
      await prune(dir, keep, early, files, best)
      return written
    },
    async close() {},
  }
}

/**
 * On a thread of its own, which training steps (one turn of the event loop each) do not hold up. It is started with the first
 * checkpoint and keeps the process alive only while it writes.
 */
export function writerBeside(program: ThreadProgram): CheckpointWriter {
  const writer = crew({ name: 'the thread that writes checkpoints', program, threads: 1 })
  return {
    write(dir, content, { keep, early, best }) {
      return writer.ask(() => {
        const { message, transfer } = asContent(content)
        const ask: ContentMessage = { dir, content: message, keep, early: [...early], best }
        return { ask, handOver: transfer }
      })
    },
    close: () => writer.close(),
  }
}

/** Beside training where that can be: with the machine's own files, and from the built package. */
export function checkpointWriter(files: FileLayer): CheckpointWriter {
  const program = builtProgram(import.meta.url, './worker')
  return files === nodeFiles && program ? writerBeside(program) : writerHere(files)
}
