import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordBatch } from 'apache-arrow'
import { defineSource } from '../../contract/define-source.ts'
import type { Cursor } from '../../contract/frame.ts'
import type { SavedStates, Stage, StageContext } from '../../contract/stage.ts'
import { run } from '../../runtime/run.ts'

/** A frame that has come to the end of a run, and what a checkpoint of that moment would hold. */
export interface Kept {
  readonly batch: RecordBatch
  readonly cursor: Cursor
  readonly saved: ReadonlyMap<string, Uint8Array>
}

/** Runs batches through a stage to their end, from a checkpoint on if there is one. */
export async function keptRun(of: { batches: readonly RecordBatch[]; stage: Stage; from?: Kept }): Promise<Kept[]> {
  const { batches, stage, from } = of
  const frames: Kept[] = []
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kept-'))
  try {
    for (const [id, bytes] of from?.saved ?? []) await writeFile(join(folder, fileOf(id)), bytes)
    let lent: StageContext | undefined
    await run({
      source: defineSource({
        id: 'given',
        schema: batches[0]!.schema,
        *read(position) {
          for (let i = Number(position ?? 0); i < batches.length; i++) yield { batch: batches[i]!, position: i + 1 }
        },
      }),
      stages: [stage],
      sink: {
        id: 'keeping',
        async open(context) {
          lent = context
        },
        async consume({ batch, cursor }) {
          frames.push({ batch, cursor: JSON.parse(JSON.stringify(cursor)), saved: whole(await lent!.savedStates!()) })
        },
      },
      seed: 1,
      mark: 64 * 1024,
      patience: 1,
      ...(from ? { from: from.cursor, saved: id => (from.saved.has(id) ? join(folder, fileOf(id)) : undefined) } : {}),
    }).done
  } finally {
    await rm(folder, { recursive: true })
  }
  return frames
}

const fileOf = (id: string): string => encodeURIComponent(id)

function whole(states: SavedStates): ReadonlyMap<string, Uint8Array> {
  return new Map([...states].map(([id, chunks]) => [id, Buffer.concat([...chunks])]))
}
