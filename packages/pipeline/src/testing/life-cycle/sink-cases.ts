import type { RecordBatch } from 'apache-arrow'
import type { Frame } from '../../contract/frame.ts'
import type { Outcome, Sink } from '../../contract/sink.ts'
import type { Source } from '../../contract/source.ts'
import type { StageContext } from '../../contract/stage.ts'
import { type RunOptions, type RunResult, run } from '../../runtime/run.ts'
import { sinks } from '../../runtime/sinks.ts'
import { type Counts, expectThat, inTime, type LifeCycleCase, lifeCycleCase, rejection } from './case.ts'
import { unreadable } from './unreadable.ts'

export interface SinkCasesOptions {
  /** Makes the sink anew for each case. */
  make(): Sink | Promise<Sink>
  /** Batches that it can take. */
  readonly batches: readonly RecordBatch[]
  /** What a frame has beside batch, cursor and seq, where the sink needs more: `snapshot` of a trainer's. */
  more?(batch: RecordBatch, seq: number): object
  /** The same with a function of its user's that throws `Error('of the user')`, where it takes one. */
  throwing?(): Sink | Promise<Sink>
  /** Whether a batch that cannot be read gives an error. False: it looks at none of its columns. Default true. */
  readonly reads?: boolean
  /** What else must be as it was afterwards, by name. */
  readonly held?: Counts
}

const upstream = new Error('from upstream')

/**
 * The cases of a sink's life: nothing comes, however the run ends; one frame, many, no end; an error upstream, inside, and in a sink beside
 * it; closed without having been opened. After each, nothing is held: open files, threads, whatever `held` counts.
 */
export function sinkCases(options: SinkCasesOptions): LifeCycleCase[] {
  const { batches, held, reads = true } = options
  const [first] = batches
  if (!first) throw new Error('the cases of a sink need a batch')
  const { schema } = first
  const frameOf = (batch: RecordBatch, seq: number): Frame => ({
    batch,
    cursor: { given: seq },
    seq,
    ...options.more?.(batch, seq),
  })
  const of = (name: string, body: (sink: Sink) => Promise<unknown>, make = options.make): LifeCycleCase =>
    lifeCycleCase(name, held, async () => {
      await inTime(body(await make()), name)
    })
  const source = (read: Source['read']): Source => ({ id: 'given', schema, replayable: true, read })
  const endless = () =>
    source(async function* (_from, signal) {
      for (let n = 0; !signal.aborted; n++) yield frameOf(batches[n % batches.length]!, 0)
    })
  const given = (frames: readonly Frame[], fault?: Error) =>
    source(async function* () {
      yield* frames
      if (fault) throw fault
    })
  const all = batches.map((batch, i) => frameOf(batch, i + 1))
  const into = (sink: Sink, from: Source, more: Partial<RunOptions> = {}): Promise<RunResult> =>
    run({ source: from, stages: [], sink, seed: 1, mark: 64 * 1024, ...more }).done

  const cases = [
    of('closed without having been opened', async sink => sink.close?.('failed')),
    ...(['finished', 'stopped', 'failed'] as const).map(outcome =>
      of(`nothing comes, ${outcome}`, async sink => {
        sink.accept?.(schema)
        await sink.open?.(lent(), undefined)
        await sink.close?.(outcome satisfies Outcome)
      }),
    ),
    of('never', async sink => {
      const stop = new AbortController()
      const waiting = source(async function* (_from, signal) {
        stop.abort()
        if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
      })
      ended(await into(sink, waiting, { signal: stop.signal }), 'stopped')
    }),
    of('empty', async sink => ended(await into(sink, given([])), 'finished')),
    of('one', async sink => ended(await into(sink, given(all.slice(0, 1))), 'finished')),
    of('many', async sink => ended(await into(sink, given(all)), 'finished')),
    of('an error upstream', async sink => fault(await failure(into(sink, given(all, upstream))), upstream)),
    of('an error upstream at once', async sink => fault(await failure(into(sink, given([], upstream))), upstream)),
    of('endless, stopped', async sink => {
      const stop = new AbortController()
      const stopping: Sink = {
        id: 'stopping',
        consume: ({ seq }) => (seq === 3 ? stop.abort() : undefined),
      }
      ended(await into(sinks([sink, stopping]), endless(), { signal: stop.signal }), 'stopped')
    }),
    of('a sink beside it that throws', async sink => {
      const throwing: Sink = {
        id: 'throwing',
        consume() {
          throw new Error('of the other')
        },
      }
      const error = await failure(into(sinks([sink, throwing]), endless()))
      expectThat(error.message === 'of the other', () => `the run failed with "${error.message}"`)
    }),
  ]
  if (reads) {
    cases.push(
      // Given to the sink itself: the runner looks at frames, too.
      of('an error inside', async sink => {
        sink.accept?.(schema)
        await sink.open?.(lent(), undefined)
        try {
          const consumed = Promise.resolve().then(() => sink.consume(frameOf(unreadable(first), 1)))
          await rejection(consumed, 'consuming a batch that cannot be read')
        } finally {
          await sink.close?.('failed')
        }
      }),
    )
  }
  const { throwing } = options
  if (throwing) {
    const thrown = async (sink: Sink) => {
      const error = await failure(into(sink, given(all)))
      expectThat(error.message.includes('of the user'), () => `the run failed with "${error.message}"`)
    }
    cases.push(of('a callback that throws', thrown, () => throwing()))
  }
  return cases
}

function lent(): StageContext {
  return { seed: 1, signal: new AbortController().signal, emit: () => {}, whenConsumed: async () => {} }
}

const failure = (done: Promise<unknown>): Promise<Error> => rejection(done, 'the run')

function ended({ outcome }: RunResult, expected: Outcome): void {
  expectThat(outcome === expected, () => `it ${outcome}`)
}

function fault(error: Error, expected: Error): void {
  expectThat(error.message === expected.message, () => `the run failed with "${error.message}"`)
}
