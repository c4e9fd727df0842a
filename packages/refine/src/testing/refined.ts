import {
  type Cursor,
  type DocumentRow,
  type Documents,
  defineSource,
  documentsBatch,
  documentsSchema,
  type Frame,
  type RunEvent,
  run,
  type Source,
  type Stage,
} from '@sluice/pipeline'

export type Row = Partial<DocumentRow> & { text: string }

/** A source of some rows, so many a frame. */
export function rowsSource(rows: readonly Row[], each = 3, id = 'test'): Source<Documents> {
  return defineSource<Documents>({
    id,
    schema: documentsSchema,
    *read(from) {
      for (let i = Number(from ?? 0); i < rows.length; i += each) {
        const some = rows.slice(i, i + each).map((row, j) => ({ id: `${i + j}`, source: id, ...row }))
        yield { batch: documentsBatch(some), position: i + each }
      }
    },
  })
}

/** What stages make of documents: the rows that come out, the events, the frames. */
export async function refined(
  source: Source<Documents>,
  stages: readonly Stage[],
  options: { from?: Cursor; saved?: (id: string) => string | undefined; frames?: number; onFrame?: () => void } = {},
) {
  const events: RunEvent[] = []
  const frames: Frame<Documents>[] = []
  const running = run({
    source,
    stages,
    mark: 1,
    sink: {
      id: 'sink',
      consume(frame) {
        options.onFrame?.()
        if (frames.length < (options.frames ?? Number.POSITIVE_INFINITY)) frames.push(frame)
        if (frames.length === options.frames) running.stop()
      },
    },
    ...(options.from ? { from: options.from } : {}),
    ...(options.saved ? { saved: options.saved } : {}),
  })
  running.events$.subscribe(event => events.push(event))
  await running.done
  const rows = frames.flatMap(({ batch }) => batch.toArray().map(row => row.toJSON() as unknown as DocumentRow))
  return { rows, texts: rows.map(({ text }) => text), events, frames }
}
