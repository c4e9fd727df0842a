import {
  type Cursor,
  type DocumentRow,
  defineSource,
  documentsBatch,
  documentsSchema,
  type Frame,
  type RunEvent,
  run,
  type Source,
  type Stage,
} from '@sluice/pipeline'
import type { RecordBatch, Schema } from 'apache-arrow'

/** A source of given batches. Its position is the number of batches read. */
export function batchesSource(schema: Schema, batches: readonly RecordBatch[], id = 'given'): Source {
  return defineSource({
    id,
    schema,
    *read(from) {
      for (let i = Number(from ?? 0); i < batches.length; i++) yield { batch: batches[i]!, position: i + 1 }
    },
  })
}

/** A source of documents, frame by frame. */
export function documentsSource(frames: readonly (readonly DocumentRow[])[]): Source {
  return batchesSource(
    documentsSchema,
    frames.map(rows => documentsBatch(rows)),
  )
}

export interface Collected {
  frames: Frame[]
  events: RunEvent[]
}

/** Everything that reaches the sink. `stopAfter` stops the run when so many frames have been consumed. */
export async function collect(options: {
  source: Source
  stages: readonly Stage[]
  seed?: number
  from?: Cursor
  stopAfter?: number
  mark?: number
}): Promise<Collected> {
  const { stopAfter = Number.POSITIVE_INFINITY, source, stages, seed = 1, from, mark } = options
  const frames: Frame[] = []
  const events: RunEvent[] = []
  const running = run({
    source,
    stages,
    seed,
    sink: {
      id: 'collect',
      async consume(frame) {
        frames.push(frame)
        if (frames.length === stopAfter) running.stop()
        await Promise.resolve()
      },
    },
    ...(from === undefined ? {} : { from }),
    ...(mark === undefined ? {} : { mark }),
  })
  running.events$.subscribe(event => events.push(event))
  await running.done
  return { frames, events }
}

/** What a frame holds, to be compared: cursors, and rows as plain values. */
export function plain(frame: Frame): { cursor: Cursor; rows: unknown[] } {
  return { cursor: frame.cursor, rows: rowsOf(frame) }
}

export function rowsOf(frame: Frame): Record<string, any>[] {
  return JSON.parse(JSON.stringify(frame.batch.toArray().map(row => toPlain(row.toJSON()))))
}

function toPlain(value: any): any {
  if (typeof value === 'bigint') return Number(value)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>)
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value?.toJSON === 'function') return toPlain(value.toJSON())
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
  }
  return value
}
