import { existsSync, writeFileSync } from 'node:fs'
import type { RecordBatch } from 'apache-arrow'
import { map } from 'rxjs'
import { z } from 'zod'
import { defineStage } from '../contract/define-stage.ts'
import type { Json } from '../contract/frame.ts'
import type { Stage, StageContext } from '../contract/stage.ts'
import { DataError } from '../errors.ts'
import type { StageKind } from '../parallel/in-workers.ts'
import type { BuildContext } from '../registry/build.ts'
import { documentsBatch } from '../schemas/documents.ts'

// Kinds of stages that tests put into workers.

function kind<C>(
  use: string,
  build: (config: C, context: BuildContext) => Stage,
  more: Partial<StageKind> = {},
): StageKind<C> {
  const config = z.any()
  return { kind: 'test', use, summary: use, config, parallel: 'stateless', module: import.meta.url, build, ...more }
}

function texts(batch: RecordBatch): string[] {
  return Array.from(batch.getChild('text') ?? [], text => String(text))
}

function changed(batch: RecordBatch, change: (text: string) => string): RecordBatch {
  return documentsBatch(batch.toArray().map(({ id, text, source }) => ({ id, text: change(text), source })))
}

/** Work that takes a while, of a length that differs from frame to frame. */
const pause = (text: string) => new Promise(resolve => setTimeout(resolve, (text.length * 7) % 13))

/** Upper case, slowly, at different speeds; two batches of a frame that holds "twice". */
export const upper = kind('upper', (_: object, { id }) => ({
  id,
  parallel: 'stateless' as const,
  schema: input => input,
  apply: frames => frames.pipe(map(frame => ({ ...frame, batch: changed(frame.batch, text => text.toUpperCase()) }))),
}))

/** The same with pauses. */
export const slow = kind('slow', (_: object, { id }) =>
  defineStage({
    id,
    parallel: 'stateless',
    async map(batch) {
      await pause(texts(batch).join())
      return changed(batch, text => text.toUpperCase())
    },
  }),
)

/** Numbers the rows: what needs a position is noted beforehand, and kept in the cursor. */
export const numbered = kind('numbered', (_: object, { id }) => {
  let rows = 0
  let done = 0
  let context: StageContext | undefined
  const number = (batch: RecordBatch, first: number) => {
    let at = first
    return changed(batch, text => `${context?.seed ?? 'no seed'} ${at++} ${text}`)
  }
  const open = async (from: Json | undefined) => {
    rows = Number((from as { rows?: number } | undefined)?.rows ?? 0)
    done = rows
  }
  return defineStage({
    id,
    parallel: 'stateless',
    async open(given, from) {
      context = given
      await open(from)
    },
    divided: {
      work: {
        async open(given) {
          context = given
        },
        async apply(batch, first) {
          await pause(texts(batch).join())
          return { batches: [number(batch, first as number)], note: batch.numRows }
        },
      },
      books: {
        open: (_, from) => open(from),
        before({ batch }) {
          rows += batch.numRows
          return rows - batch.numRows
        },
        after(frame, { batches, note }) {
          done += Number(note)
          return { ...frame, batch: batches![0]!, cursor: { ...frame.cursor, [id]: { rows: done } } }
        },
      },
    },
    apply: map(frame => {
      const batch = number(frame.batch, rows)
      rows += batch.numRows
      return { ...frame, batch, cursor: { ...frame.cursor, [id]: { rows } } }
    }),
  })
})

/** Does what the text says. */
export const obedient = kind('obedient', ({ once }: { once?: string }, { id }) => ({
  id,
  parallel: 'stateless' as const,
  schema: input => input,
  async open(context) {
    if (once === 'unfit') throw new DataError('the list is damaged', { file: 'list.txt', place: 'line 3' })
    context.emit({ type: 'note', stage: id, message: 'opened' })
  },
  apply: map(frame => {
    for (const text of texts(frame.batch)) {
      if (text === 'exit' && !(once !== undefined && existsSync(once))) {
        if (once !== undefined) writeFileSync(once, '')
        process.exit(3)
      }
      if (text === 'hog') for (const hoard: unknown[] = []; ; ) hoard.push(new Array(1e6).fill(hoard.length))
      if (text === 'hang') for (;;);
      if (text === 'throw') throw new RangeError('no such whale')
      if (text === 'bad')
        throw new DataError('expected a whale', { file: 'sea.txt', place: 'line 7', advice: 'look again' })
      if (text === 'cursor') return { ...frame, cursor: { ...frame.cursor, [id]: 1 } }
    }
    return frame
  }),
}))

export const stateful = kind('stateful', (_: object, { id }) => defineStage({ id, map: batch => batch }), {
  parallel: undefined as never,
})
export const nowhere = kind(
  'nowhere',
  (_: object, { id }) => defineStage({ id, map: batch => batch, parallel: 'stateless' }),
  {
    module: undefined as never,
  },
)
/** Says that it is in another module. */
export const elsewhere = kind(
  'elsewhere',
  (_: object, { id }) => defineStage({ id, map: batch => batch, parallel: 'stateless' }),
  {
    module: new URL('../errors.ts', import.meta.url).href,
  },
)
