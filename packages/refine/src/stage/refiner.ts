import { resolve } from 'node:path'
import {
  type Divided,
  type Documents,
  type Frame,
  type Json,
  type Stage,
  type StageContext,
  StateError,
  turnIfLong,
} from '@sluice/pipeline'
import { concatMap, Observable, of } from 'rxjs'
import { requireDocuments } from './columns.ts'
import { Counter } from './counts.ts'
import { Document } from './document.ts'
import { judgeBatch, type Places, verdictsOf } from './judged.ts'
import { Progress } from './progress.ts'
import { openRejects, type Rejects } from './rejects.ts'
import { Rows } from './rows.ts'
import { inTurns, isSteps, type Steps } from './steps.ts'
import type { Judge, Verdict } from './verdict.ts'
import { BatchWork } from './work.ts'

/** What every refining stage takes. */
export interface RefinerOptions {
  /** Names the stage in cursors, counters and messages. Default: the factory's name. */
  readonly id?: string
  /** JSON Lines file that gets the rejected documents, each with its reason, once however often they come. Default: none. */
  readonly rejects?: string
  /** What a relative `rejects` is relative to. Default: the working directory. */
  readonly baseDir?: string
}

export interface Refiner {
  readonly options: RefinerOptions
  /** Default id. */
  readonly name: string
  /** Judges a document, or the first part of a long one, which decides for the others. */
  readonly judge: Judge | ((document: Document) => Promise<Verdict>)
  /**
   * What becomes of the other parts of a long document that stays: it may change their text, and a drop leaves it empty. Default:
   * nothing.
   */
  readonly follow?: Judge
  /** Set where `judge` gives promises. */
  readonly asynchronous?: boolean
  /** Set where `judge` and `follow` keep nothing from one document to the next: workers may do their work. */
  readonly parallel?: 'stateless'
  /** Set where they look at `epoch` or `ordinal` of documents. */
  readonly placed?: boolean
  /** @param position what `position` gave at the frame to resume after; undefined at the beginning */
  open?(context: StageContext, position: Json | undefined): Promise<void>
  /** What of the judge belongs into the cursor. */
  position?(): Json
  save?(): Iterable<Uint8Array>
  /** Bytes of what the judge keeps of the documents seen. */
  held?(): number
  close?(): Promise<void>
}

/** What a refining stage writes into the cursor. */
type Position = { readonly counts: Json; readonly at: Json; readonly rejects?: number; readonly own?: Json }

/** A stage from documents to documents: all that judges share, so that they see one document at a time. */
export function refiner(refiner: Refiner): Stage<Documents, Documents> {
  const { id = refiner.name, rejects: path, baseDir = process.cwd() } = refiner.options
  const document = new Document()
  let counter = new Counter()
  let progress = new Progress()
  let rejects: Rejects | undefined
  let context: StageContext | undefined

  const begin = (frame: Frame<Documents>): BatchWork => {
    progress.enter(frame.cursor)
    return new BatchWork(frame.batch, { document, progress, counter, rejects })
  }
  const end = (frame: Frame<Documents>, work: BatchWork): Frame<Documents> => {
    const batch = work.end()
    const position: Position = {
      counts: counter.counts() as unknown as Json,
      at: progress.toJSON(),
      ...(rejects ? { rejects: rejects.length } : {}),
      ...(refiner.position ? { own: refiner.position() } : {}),
    }
    return { ...frame, batch, cursor: { ...frame.cursor, [id]: position } }
  }
  const judged = (frame: Frame<Documents>): Observable<Frame<Documents>> => {
    const work = begin(frame)
    steps = undefined
    // Asked first, so that the clock goes from here on.
    const first = turnIfLong() ?? judgeRows(work)
    // What is quick stays in its turn of the event loop.
    if (!first) return of(end(frame, work))
    return whileWanted(frame, work, async wanted => {
      let turn: Promise<void> | undefined = first
      for (; turn; turn = wanted() ? judgeRows(work) : undefined) await turn
    })
  }
  /** Of the row at hand, where its judge has not come to the end. */
  let steps: Steps<Verdict> | undefined
  /** Judges rows until the turn has been long enough. */
  const judgeRows = (work: BatchWork): Promise<void> | undefined => {
    while (steps || work.next()) {
      const told = steps ?? (work.decided ? refiner.follow : (refiner.judge as Judge))?.(document)
      if (isSteps<Verdict>(told)) {
        const step = told.next()
        steps = step.done ? undefined : told
        if (step.done) work.take(step.value)
      } else work.take(told)
      const turn = turnIfLong()
      if (turn) return turn
    }
    return undefined
  }
  const judgedAsync = (frame: Frame<Documents>): Observable<Frame<Documents>> => {
    const work = begin(frame)
    return whileWanted(frame, work, async wanted => {
      while (wanted() && work.next()) {
        const told = work.decided ? refiner.follow?.(document) : refiner.judge(document)
        work.take(await (isSteps<Verdict>(told) ? inTurns(told) : told))
        await turnIfLong()
      }
    })
  }
  /** A frame that takes longer than a turn of the event loop; what nobody waits for any more is not worked on. */
  const whileWanted = (frame: Frame<Documents>, work: BatchWork, rows: (wanted: () => boolean) => Promise<void>) =>
    new Observable<Frame<Documents>>(subscriber => {
      rows(() => !subscriber.closed)
        .then(() => {
          if (subscriber.closed) return
          subscriber.next(end(frame, work))
          subscriber.complete()
        })
        .catch(error => subscriber.error(error))
    })

  const openBooks = (lent: StageContext, position: Position | undefined) => {
    context = lent
    counter = new Counter(position?.counts)
    progress = new Progress(position?.at)
    if (path !== undefined) rejects = openRejects(resolve(baseDir, path), id, position?.rejects ?? 0)
  }
  const closeBooks = () => {
    rejects?.close()
    rejects = undefined
    context?.emit({ type: 'refined', stage: id, sources: counter.counts() })
    context = undefined
  }
  /** Of documents that have come and may not have been judged yet. */
  let ahead = new Progress()
  const placesIn = (frame: Frame<Documents>): Places => {
    const epochs: number[] = []
    const ordinals: number[] = []
    const rows = new Rows(frame.batch)
    ahead.enter(frame.cursor)
    for (let row = 0; row < frame.batch.numRows; row++) {
      rows.put(document, row)
      if (document.part > 0) continue
      ahead.begin(document)
      epochs.push(document.epoch)
      ordinals.push(document.ordinal)
    }
    return { epochs, ordinals }
  }
  const divided: Divided<Documents> = {
    work: {
      open: async lent => refiner.open?.(lent, undefined),
      apply: (batch, places) => judgeBatch(batch, refiner, (places as Places | null) ?? undefined),
      close: async () => refiner.close?.(),
    },
    books: {
      async open(lent, from) {
        const position = from as Position | undefined
        openBooks(lent, position)
        ahead = new Progress(position?.at)
      },
      before: frame => (refiner.placed ? placesIn(frame) : null),
      after(frame, worked) {
        const work = begin(frame)
        const verdict = verdictsOf(worked)
        for (let row = 0; work.next(); row++) work.take(verdict(row))
        return end(frame, work)
      },
      close: async () => closeBooks(),
    },
  }

  return {
    id,
    ...(refiner.parallel ? { parallel: refiner.parallel, divided } : {}),
    schema(input) {
      requireDocuments(id, input)
      return input
    },
    async open(lent, from) {
      const position = from as Position | undefined
      openBooks(lent, position)
      await refiner.open?.(lent, position?.own)
    },
    apply: refiner.asynchronous ? concatMap(judgedAsync) : concatMap(judged),
    ...(refiner.held ? { held: () => refiner.held!() } : {}),
    ...(refiner.save ? { save: () => refiner.save!() } : {}),
    async close() {
      await refiner.close?.()
      closeBooks()
    },
  }
}

/** A stage's own entry that cannot be gone on from. */
export function strangePosition(stage: string, what: string): StateError {
  return new StateError(what, { stage, advice: 'begin the run afresh with --overwrite' })
}
