import type { Schema } from 'apache-arrow'
import { Subject } from 'rxjs'
import type { Cursor, Frame } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import type { SavedStates } from '../contract/stage.ts'
import { SluiceError } from '../errors.ts'
import type { MemoryUse, RunEvent, StageCounters } from '../events.ts'
import { decodeFrame } from '../ipc/decode-frame.ts'
import { type Crew, crew, ThreadEnded } from '../threads/crew.ts'
import type { ThreadProgram } from '../threads/program.ts'
import { cutId, type RunAnswer, type RunAsk } from './serve-run.ts'

export interface ApartOptions {
  /** Names the whole. */
  readonly id: string
  /** Of the frames that come. */
  readonly schema: Schema
  /** Ids of the source and stages there, in order. */
  readonly parts: readonly string[]
  /** Made with `serveRun`. */
  readonly program: ThreadProgram
  /** What the thread is started with, to begin at a cursor. */
  started(from: Cursor | undefined): unknown
  /**
   * Whether another thread may go on, at the cursor of the last frame that came, where one has ended: not if a part has state that is
   * more than its entry in the cursor.
   */
  readonly replaceable: boolean
  /** Frames that are asked for ahead of the one that is wanted. Default 4. */
  readonly ahead?: number
}

/** Threads in a row that may end without having given a frame, before that is an error. */
const most = 3

/**
 * A source that stands for the beginning of a run (source and stages) that goes on in a thread of its own. Frames come as Arrow IPC in
 * buffers that are handed over, with the cursors they have there: a run resumes at them whether the thread is there or not.
 */
export function sourceApart(options: ApartOptions): Source {
  const { id, schema, parts, ahead = 4 } = options
  const events = new Subject<RunEvent>()
  let counters: readonly StageCounters[] = []
  let memory: MemoryUse | undefined
  let saved: () => Promise<SavedStates> = async () => new Map()

  const told = (event: RunEvent): void => {
    if (event.type === 'progress' || event.type === 'finished') counters = mine(event.counters)
    else if (event.type === 'memory') memory = event
    else if (event.type !== 'started') events.next(event)
  }
  const mine = (all: readonly StageCounters[]) =>
    all.filter(({ id, kind }) => kind !== 'sink' && id !== cutId).map(each => ({ ...each, thread: id }))

  return {
    id,
    schema,
    replayable: true,
    apart: {
      parts,
      events$: events.asObservable(),
      counters: () => counters,
      memory: () => memory,
      save: () => saved(),
    },
    async *read(from, signal) {
      let cursor = from === undefined ? undefined : ownPart(from as Cursor, parts)
      let barren = 0
      for (;;) {
        const thread = runThread(options, cursor, told)
        saved = thread.save
        try {
          for await (const frame of thread.frames(ahead, signal)) {
            cursor = frame.cursor
            barren = 0
            yield frame
          }
          return
        } catch (error) {
          if (signal.aborted) return
          if (!(error instanceof ThreadEnded)) throw error
          if (++barren === most || !options.replaceable) throw gone(error, barren, options)
          events.next({ type: 'warning', stage: id, message: `${error.message}; another goes on where it was` })
          await new Promise(resolve => setTimeout(resolve, 100 * 4 ** (barren - 1)))
        } finally {
          await thread.close()
        }
      }
    },
  }
}

/** What others have written into a cursor is none of the thread's business. */
function ownPart(cursor: Cursor, parts: readonly string[]): Cursor {
  return Object.fromEntries(Object.entries(cursor).filter(([id]) => parts.includes(id)))
}

function gone({ message, cause }: Error, times: number, { id, replaceable }: ApartOptions): SluiceError {
  const why = replaceable ? ` (${times} in a row without a frame)` : ', and with it what its stages had gathered'
  return new SluiceError(`${message}${why}`, {
    stage: id,
    cause,
    advice: 'nothing that was trained on is lost: go on from the last checkpoint with --resume',
  })
}

function runThread(options: ApartOptions, from: Cursor | undefined, told: (event: RunEvent) => void) {
  const thread: Crew = crew({
    name: `the thread of "${options.id}"`,
    program: options.program,
    threads: 1,
    started: options.started(from),
    irreplaceable: true,
    told: what => told(what as RunEvent),
  })
  let ended: SavedStates | undefined
  let saving: Promise<unknown> | undefined
  let stopping: Promise<void> | undefined

  const ask = (what: RunAsk): Promise<RunAnswer> => thread.ask(() => ({ ask: what }))
  const states = async (): Promise<SavedStates> => {
    const answer = await ask('save')
    return 'saved' in answer ? answer.saved : new Map()
  }
  const stop = (): Promise<void> => {
    stopping ??= ask('stop').then(answer => {
      if ('ended' in answer) ended = answer.ended
    })
    return stopping
  }
  return {
    async save(): Promise<SavedStates> {
      if (options.replaceable) return new Map()
      try {
        if (stopping) await stopping
        if (ended) return ended
        const asked = states()
        saving = asked
        return await asked
      } catch (error) {
        throw error instanceof ThreadEnded ? gone(error, 1, options) : error
      }
    },
    async *frames(ahead: number, signal: AbortSignal): AsyncGenerator<Frame> {
      const asked: Promise<RunAnswer>[] = []
      const more = () => {
        const answer = ask('next')
        // It is waited for in its turn; until then a failure is nobody's.
        answer.catch(() => {})
        asked.push(answer)
      }
      // What the thread still has to give when nobody wants more is let go.
      const follow = () => void stop().catch(() => {})
      signal.addEventListener('abort', follow, { once: true })
      try {
        while (!signal.aborted) {
          while (asked.length <= ahead) more()
          const answer = await asked.shift()!
          if ('frame' in answer) yield decodeFrame(answer.frame)
          else {
            if ('ended' in answer) ended = answer.ended
            return
          }
        }
      } catch (error) {
        // Frames that came before the fault are still consumed, and may be kept in a checkpoint. The fault itself is told, whatever else
        // cannot be had.
        if (!(error instanceof ThreadEnded)) ended ??= await states().catch(() => undefined)
        throw error
      } finally {
        signal.removeEventListener('abort', follow)
        if (!ended && signal.aborted) await stop()
      }
    },
    async close(): Promise<void> {
      await saving?.catch(() => {})
      await thread.close()
    },
  }
}
