import { tmpdir } from 'node:os'
import type { RecordBatch } from 'apache-arrow'
import type { Frame } from '../contract/frame.ts'
import type { Divided, Stage, StageContext } from '../contract/stage.ts'
import { ConfigError, SluiceError } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import type { BuildContext } from '../registry/build.ts'
import { moduleOf } from '../registry/modules.ts'
import type { Kind } from '../registry/registry.ts'
import { type Crew, crew, ThreadEnded } from '../threads/crew.ts'
import { threadProgram } from '../threads/program.ts'
import type { StageAnswer, StageAsk, StageStart } from './messages.ts'
import { ordered } from './ordered.ts'
import { memoryOf, receivedBatch, sendBatch } from './sent-batch.ts'
import { booksOf } from './work.ts'
import { type Workers, workerCount } from './worker-count.ts'

/** A kind of stage: what `inWorkers` builds in each worker. */
export type StageKind<C = any> = Kind<string, C, Stage | Promise<Stage>, any>

export interface InWorkersOptions extends Partial<BuildContext> {
  /** How many; 0: none, the stage runs on the run's thread. */
  readonly workers: Workers
  /** The stage that stands for it on the run's thread. Default: what the kind builds, if it builds it at once. */
  readonly stage?: Stage
  /** Other kinds of the same place, to be named where this one cannot run in workers. */
  readonly others?: readonly Kind[]
}

/** Bytes of memory that is kept for the next frame: of what is larger, one frame may have been the only one. */
const largestRoom = 4 * 2 ** 20

/** A frame whose worker has ended is worked on anew, so often. */
const retries = 2

/**
 * A stage that runs in worker threads, each of which builds it anew from the kind's module and the config. The columns of a frame cross in
 * one buffer that is handed over, and frames come out in the order in which they went in: what comes out does not depend on `workers`. At
 * most three frames a worker are under way; what waits for them the gate bounds. A worker that ends is replaced, and its frames
 * are worked on anew; one that takes three workers with it is an error.
 *
 * @throws ConfigError for a stage that keeps state, or a kind that does not say which module exports it
 */
export function inWorkers<C>(kind: StageKind<C>, config: C, options: InWorkersOptions): Stage {
  const { workers, others, stage: built, ...given } = options
  const { signal } = new AbortController()
  const context = {
    id: kind.use,
    baseDir: process.cwd(),
    seed: 0,
    scratchDir: tmpdir(),
    signal,
    emit: () => {},
    ...given,
  }
  const { id, baseDir, seed, scratchDir } = context
  const stage = built ?? kind.build(config, context)
  if ('then' in stage) throw new ConfigError('is not built at once: give the "stage" that stands for it', { stage: id })
  const count = workerCount(workers, id)
  if (count === 0) return stage
  if (stage.parallel !== 'stateless') throw keepsState(kind, id, others)
  const module = moduleOf(kind)
  if (module === undefined) {
    throw new ConfigError(`does not say which module exports the ${kind.kind} "${kind.use}"`, {
      stage: id,
      advice: 'set its "module" to import.meta.url',
    })
  }
  const start = { module, kind: kind.kind, use: kind.use, config: cloneable(config, id) }
  const books = booksOf(stage)
  let lent: StageContext | undefined
  let team: Crew | undefined
  const limit = 3 * count
  /** What frames were sent in. New memory for each would cost the run's thread more than writing it, and be waste to collect for both. */
  let rooms: ArrayBuffer[] = []

  const work = async (frame: Frame, note: StageAsk['note']): Promise<StageAnswer> => {
    team ??= crew({
      name: 'a worker',
      program: threadProgram(import.meta.url, './stage-worker'),
      threads: count,
      started: { ...start, context: { id, baseDir, seed, scratchDir }, seed: lent?.seed ?? seed } satisfies StageStart,
      retries,
      told: event => lent?.emit(event as RunEvent),
      replaced: message => lent?.emit({ type: 'warning', stage: id, message }),
    })
    try {
      const answer: StageAnswer = await team.ask(() => {
        const batch = sendBatch(frame.batch, rooms.pop())
        return { ask: { batch, note } satisfies StageAsk, handOver: [memoryOf(batch)] }
      })
      if (answer.room.byteLength <= largestRoom && rooms.length < limit) rooms.push(answer.room)
      return answer
    } catch (error) {
      throw lost(error, id, frame)
    }
  }
  return {
    id,
    parallel: 'stateless',
    workers: count,
    schema: input => stage.schema(input),
    async open(context, from) {
      lent = context
      await books?.open?.(context, from)
    },
    apply: ordered({
      limit,
      before: frame => books?.before?.(frame),
      work,
      after: (frame, answer) => afterWork(books, frame, answer),
      alive: () => lent?.alive?.(),
    }),
    async close() {
      const open = team
      team = undefined
      rooms = []
      await open?.close()
      await books?.close?.()
      lent = undefined
    },
  }
}

function afterWork(books: Divided['books'] | undefined, frame: Frame, { batches: sent, note }: StageAnswer): Frame[] {
  const batches = sent?.map(receivedBatch)
  if (!books) return (batches ?? [frame.batch]).map(batch => ({ ...frame, batch }))
  return [books.after(frame, { ...(batches ? { batches } : {}), ...(note === undefined ? {} : { note }) })]
}

/** An error of a worker that has ended says nothing of what it had in hand. */
function lost(error: unknown, stage: string, { batch, seq }: Frame): unknown {
  if (!(error instanceof ThreadEnded)) return error
  return new SluiceError(`${error.message}; not worked on: ${described(batch, seq)}`, {
    stage,
    cause: error.cause,
    advice: 'nothing before it is lost: go on with --resume once the reason is gone',
  })
}

function described(batch: RecordBatch, seq: number): string {
  const ids = batch.getChild('id') ?? batch.getChild('doc_id')
  const rows = `${batch.numRows} ${batch.numRows === 1 ? 'row' : 'rows'} of frame ${seq}`
  if (!ids || batch.numRows === 0) return rows
  return `${rows}, "${ids.get(0)}" to "${ids.get(batch.numRows - 1)}"`
}

function keepsState({ kind, use }: Kind, stage: string, others: readonly Kind[] = []): ConfigError {
  const may = others.filter(other => other.parallel === 'stateless').map(other => other.use)
  return new ConfigError(`${kind} "${use}" keeps state from frame to frame and cannot run in workers`, {
    stage,
    advice: may.length > 0 ? `take "workers" out; these can: ${may.sort().join(', ')}` : 'take "workers" out',
  })
}

/** @throws ConfigError for a config that holds what no thread can be given */
function cloneable<C>(config: C, stage: string): C {
  try {
    return structuredClone(config)
  } catch (cause) {
    throw new ConfigError(`its config cannot be given to a worker: ${(cause as Error).message}`, {
      stage,
      cause,
      advice: 'name a module instead of giving a function',
    })
  }
}
