import type { Frame, Json } from '../../contract/frame.ts'
import type { Source } from '../../contract/source.ts'
import { repeat } from '../../mix/repeat.ts'
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

export interface SourceCasesOptions {
  /** Makes the source anew for each case; it must give at least one row. */
  make(): Source | Promise<Source>
  /** The same where there is nothing to read, and what it says then. */
  readonly broken?: { make(): Source | Promise<Source>; readonly says: string }
  /** The same with a function of its user's that throws `Error('of the user')`, where it takes one. */
  throwing?(): Source | Promise<Source>
  /** What else must be as it was afterwards, by name. */
  readonly held?: Counts
}

/**
 * The cases of a source's life: read to its end, not read at all, left in the middle by each of the ways in which one can leave it,
 * gone on with after each of its positions, stopped, failed below or inside. After each, nothing is held: open files, threads,
 * whatever `held` counts.
 */
export function sourceCases(options: SourceCasesOptions): LifeCycleCase[] {
  const { held, broken, throwing } = options
  const of = (name: string, body: (source: Source) => Promise<void>): LifeCycleCase =>
    lifeCycleCase(name, held, async () => inTime(body(await options.make()), name))
  const open = () => new AbortController().signal
  const cases = [
    of('read to its end, and gone on with after each position', async source => {
      const frames = await all(source)
      expectThat(namesOf(frames).length > 0, () => 'it gave no row')
      const position = (frame: Frame) => JSON.stringify(frame.cursor[source.id])
      await expectGoesOn(frames, {
        place: frame => `its position ${position(frame)}`,
        goOn: async frame => all(await options.make(), JSON.parse(position(frame)) as Json),
      })
    }),
    of('never asked', async source => {
      const iterator = source.read(undefined, open())[Symbol.asyncIterator]()
      await iterator.return?.()
    }),
    of('left after a frame', async source => {
      for await (const _ of source.read(undefined, open())) break
    }),
    of('left by a throw', async source => {
      const leave = async () => {
        for await (const _ of source.read(undefined, open())) throw new Error('of the reader')
      }
      const error = await rejection(leave(), 'the loop')
      expectThat(error.message === 'of the reader', () => `it failed with "${error.message}"`)
    }),
    of('aborted before it is read', async source => {
      const stop = new AbortController()
      stop.abort()
      let frames = 0
      await quietly(async () => {
        for await (const _ of source.read(undefined, stop.signal)) frames++
      })
      expectThat(frames === 0, () => `it gave ${frames} frames`)
    }),
    of('aborted while it is read', async source => {
      const stop = new AbortController()
      await quietly(async () => {
        for await (const _ of source.read(undefined, stop.signal)) stop.abort()
      })
    }),
    of('read by two at a time', async source => {
      const [one, two] = await Promise.all([all(source), all(source)])
      expectThat(JSON.stringify(namesOf(one)) === JSON.stringify(namesOf(two)), () => 'they were given different rows')
    }),
    of('endless, stopped', async source => {
      if (!source.replayable) return
      const { outcome } = await running({ source: repeat(source), after: 5 })
      expectThat(outcome === 'stopped', () => `it ${outcome}`)
    }),
    of('a sink that throws', async source => {
      const error = await rejection(running({ source, after: 1, fault: new Error('of the sink') }), 'the run')
      expectThat(error.message === 'of the sink', () => `the run failed with "${error.message}"`)
    }),
  ]
  if (broken) {
    cases.push(
      lifeCycleCase('nothing to read', held, async () => {
        const error = await inTime(rejection(all(await broken.make()), 'reading'), 'nothing to read')
        expectThat(String(error) === broken.says, () => `it said "${error}", not "${broken.says}"`)
      }),
    )
  }
  if (throwing) {
    cases.push(
      lifeCycleCase('a callback that throws', held, async () => {
        const error = await inTime(rejection(all(await throwing()), 'reading'), 'a callback that throws')
        expectThat(error.message.includes('of the user'), () => `it failed with "${error.message}"`)
      }),
    )
  }
  return cases
}

async function all(source: Source, from?: Json): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of source.read(from, new AbortController().signal)) frames.push(frame)
  return frames
}

/** A source may end with an AbortError when it is told that no more is wanted. */
async function quietly(body: () => Promise<void>): Promise<void> {
  await body().catch((error: unknown) => {
    if ((error as Error | undefined)?.name !== 'AbortError') throw error
  })
}
