import type { RecordBatch, Schema } from 'apache-arrow'
import { EMPTY, endWith, from, NEVER, type Observable, Subject, throwError } from 'rxjs'
import type { Frame } from '../../contract/frame.ts'
import type { Source } from '../../contract/source.ts'
import type { Stage, StageContext } from '../../contract/stage.ts'
import {
  type Counts,
  expectGoesOn,
  expectThat,
  inTime,
  type LifeCycleCase,
  lifeCycleCase,
  namesOf,
  rejection,
  running,
} from './case.ts'
import { keptRun } from './kept-run.ts'
import { unreadable } from './unreadable.ts'

export interface StageCasesOptions {
  /** Makes the stage anew for each case. */
  make(): Stage | Promise<Stage>
  /** Batches that it can take. Together they must be enough for it to end without a complaint. */
  readonly batches: readonly RecordBatch[]
  /** What it says to an input that ends without a row, where that is a fault. Default: it completes. */
  readonly empty?: string
  /** What it says to the first batch alone. Default: it completes. */
  readonly one?: string
  /** Whether it ends by itself before its input does. */
  readonly ends?: boolean
  /** The same stage with a function of its user's that throws `Error('of the user')`, where it takes one. */
  throwing?(): Stage | Promise<Stage>
  /** Whether `make` gives what is of no use once it has been closed. */
  readonly once?: boolean
  /**
   * Whether another of its kind goes on where it was, with its entry of the cursor and what it saved. False: what it needs is handed over in
   * some other way, as weights are. Default true.
   */
  readonly resumes?: boolean
  /** Whether a batch that cannot be read gives an error. False: it looks at none of its columns. Default true. */
  readonly reads?: boolean
  /** What else must be as it was afterwards, by name: tensors. */
  readonly held?: Counts
}

const upstream = new Error('from upstream')

/**
 * The cases of RxJS's life cycle, for a stage: never, empty, one, many, an error upstream, an error inside, endless, early
 * unsubscription, a callback that throws; and of what runs ask of it: another run, another instance that goes on. After each, nothing
 * is held that was not held before: open files, threads, whatever `held` counts, and the stage says that it keeps nothing.
 */
export function stageCases(options: StageCasesOptions): LifeCycleCase[] {
  const { batches, held, reads = true, resumes = true, once = false } = options
  const [first] = batches
  if (!first) throw new Error('the cases of a stage need a batch')
  const of = (name: string, body: (subject: Driven) => Promise<void>, make = options.make): LifeCycleCase =>
    lifeCycleCase(name, held, async () => {
      const stage = await make()
      const schema = stage.schema(first.schema)
      const subject = await drive(stage, schema)
      try {
        await inTime(body(subject), name)
      } finally {
        await subject.close()
      }
      expectThat((stage.held?.() ?? 0) === 0, () => `it still keeps ${stage.held?.()} bytes`)
    })
  const cases = [
    of('never', async ({ subscribe, context }) => {
      const seen = subscribe(NEVER)
      await turn()
      expectThat(seen.state === 'open', () => `it did not wait: ${seen.error ?? seen.state}`)
      context.abort()
      seen.unsubscribe()
    }),
    of('closed without having been subscribed to', async () => {}),
    of('empty', async ({ subscribe }) => {
      const seen = subscribe(EMPTY)
      await seen.ended
      ending(seen, options.empty)
    }),
    of('one', async ({ subscribe }) => {
      const seen = subscribe(from([frameOf(first, 1)]))
      await seen.ended
      ending(seen, options.one)
      if (options.one === undefined) progress(seen, 1)
    }),
    of('many', async ({ subscribe, schema }) => {
      const seen = subscribe(from(batches.map((batch, i) => frameOf(batch, i + 1))))
      await seen.ended
      ending(seen, undefined)
      if (!options.ends) progress(seen, batches.length)
      for (const { batch, cursor } of seen.frames) {
        const names = (of: Schema) => of.fields.map(({ name }) => name).join()
        expectThat(names(batch.schema) === names(schema), () => `it gave the columns ${names(batch.schema)}`)
        expectThat(
          JSON.stringify(cursor) === JSON.stringify(JSON.parse(JSON.stringify(cursor))),
          () => 'a cursor is no JSON',
        )
      }
    }),
    of('an error upstream', async ({ subscribe }) => {
      const input = new Subject<Frame>()
      const seen = subscribe(input)
      input.next(frameOf(first, 1))
      input.error(upstream)
      await seen.ended
      expectThat(
        seen.error === upstream,
        () => `it gave on "${seen.error ?? seen.state}" instead of the error from upstream`,
      )
    }),
    of('an error upstream at once', async ({ subscribe }) => {
      const seen = subscribe(throwError(() => upstream))
      await seen.ended
      expectThat(
        seen.error === upstream,
        () => `it gave on "${seen.error ?? seen.state}" instead of the error from upstream`,
      )
    }),
    of('early unsubscription', async ({ subscribe, context }) => {
      const input = new Subject<Frame>()
      const seen = subscribe(input)
      input.next(frameOf(first, 1))
      expectThat(input.observed, () => 'it does not listen to its input')
      context.abort()
      seen.unsubscribe()
      expectThat(!input.observed, () => 'it still listens to its input')
      await turn()
    }),
    of('unsubscription while it works', async ({ subscribe, context }) => {
      const seen = subscribe(
        from(batches.map((batch, i) => frameOf(batch, i + 1))).pipe(endWith(frameOf(first, batches.length + 1))),
      )
      context.abort()
      seen.unsubscribe()
      await turn()
    }),
    lifeCycleCase('endless, stopped', held, async () => {
      const { outcome } = await inTime(
        running({ source: endless(batches), stages: [await options.make()], after: 3 }),
        'endless',
      )
      expectThat(outcome === 'stopped' || options.ends === true, () => `it ${outcome}`)
    }),
    lifeCycleCase('a sink that throws', held, async () => {
      const error = await inTime(
        rejection(
          running({
            source: endless(batches),
            stages: [await options.make()],
            after: 1,
            fault: new Error('of the sink'),
          }),
          'the run',
        ),
        'a sink that throws',
      )
      expectThat(error.message === 'of the sink', () => `the run failed with "${error.message}"`)
    }),
  ]
  if (!once) {
    cases.push(
      lifeCycleCase('used by two runs, one after the other', held, async () => {
        const stage = await options.make()
        const first = await keptRun({ batches, stage })
        const again = await keptRun({ batches, stage })
        expectThat(
          JSON.stringify(namesOf(again)) === JSON.stringify(namesOf(first)),
          () => 'the second run was given other rows',
        )
      }),
    )
  }
  if (resumes) {
    // A checkpoint may be of any frame, and what goes on from it is another process, or another thread.
    cases.push(
      lifeCycleCase('gone on with after each of its frames, by another', held, async () => {
        const all = await keptRun({ batches, stage: await options.make() })
        await expectGoesOn(all, {
          place: ({ cursor }) => `the cursor ${JSON.stringify(cursor)}`,
          goOn: async after => keptRun({ batches, stage: await options.make(), from: after }),
        })
      }),
    )
  }
  if (reads) {
    cases.push(
      of('an error inside', async ({ subscribe }) => {
        const seen = subscribe(from([frameOf(unreadable(first), 1)]))
        await seen.ended
        expectThat(seen.error !== undefined, () => 'it took a batch that cannot be read')
      }),
    )
  }
  const { throwing } = options
  if (throwing) {
    const thrown = async ({ subscribe }: Driven) => {
      const seen = subscribe(from(batches.map((batch, i) => frameOf(batch, i + 1))))
      await seen.ended
      expectThat(String(seen.error).includes('of the user'), () => `it gave "${seen.error ?? seen.state}"`)
    }
    cases.push(of('a callback that throws', thrown, () => throwing()))
  }
  return cases
}

interface Seen {
  readonly frames: Frame[]
  state: 'open' | 'completed' | 'failed'
  error: Error | undefined
  readonly ended: Promise<void>
  unsubscribe(): void
}

interface Driven {
  readonly schema: Schema
  /** Aborts what the stage sees as `context.signal`. */
  readonly context: AbortController
  subscribe(input: Observable<Frame>): Seen
  close(): Promise<void>
}

/** Opens a stage as the runner does, but leaves what comes in and who listens to the case. */
async function drive(stage: Stage, schema: Schema): Promise<Driven> {
  const context = new AbortController()
  const lent: StageContext = { seed: 1, signal: context.signal, emit: () => {}, whenConsumed: async () => {} }
  await stage.open?.(lent, undefined)
  return {
    schema,
    context,
    subscribe(input) {
      const frames: Frame[] = []
      let end = () => {}
      const ended = new Promise<void>(resolve => {
        end = resolve
      })
      const seen: Seen = { frames, state: 'open', error: undefined, ended, unsubscribe: () => {} }
      const subscription = stage.apply(input).subscribe({
        next: frame => frames.push(frame),
        error(error: Error) {
          Object.assign(seen, { state: 'failed', error })
          end()
        },
        complete() {
          seen.state = 'completed'
          end()
        },
      })
      seen.unsubscribe = () => subscription.unsubscribe()
      return seen
    },
    async close() {
      context.abort()
      await stage.close?.()
      // Whoever fails in between closes again.
      await stage.close?.()
    },
  }
}

function ending(seen: Seen, fault: string | undefined): void {
  if (fault === undefined) {
    expectThat(seen.state === 'completed', () => `it failed: ${seen.error}`)
    return
  }
  expectThat(seen.error !== undefined, () => `it completed where it was to say "${fault}"`)
  expectThat(seen.error.message === fault, () => `it said "${seen.error?.message}", not "${fault}"`)
}

/** Whatever it drops or keeps, the sink must hear how far it is. */
function progress({ frames }: Seen, last: number): void {
  const { seq } = frames.at(-1) ?? { seq: 0 }
  expectThat(seq === last, () => `its last frame has the seq ${seq}, not ${last}`)
  expectThat(
    frames.every((frame, i) => i === 0 || frame.seq >= frames[i - 1]!.seq),
    () => 'a frame has a lower seq than the one before it',
  )
}

function frameOf(batch: RecordBatch, seq: number): Frame {
  return { batch, cursor: { given: seq }, seq }
}

function endless(batches: readonly RecordBatch[]): Source {
  return {
    id: 'given',
    schema: batches[0]!.schema,
    replayable: true,
    async *read(_from, signal) {
      for (let n = 0; !signal.aborted; n++) yield frameOf(batches[n % batches.length]!, 0)
    },
  }
}

function turn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 5))
}
