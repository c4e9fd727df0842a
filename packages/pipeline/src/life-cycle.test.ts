import { openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { concatMap, map, Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as index from './index.ts'
import { documents, sized } from './testing/documents.ts'
import { collecting, counting, numbers, values } from './testing/frames.ts'
import {
  type LifeCycleCase,
  type SourceCasesOptions,
  type StageCasesOptions,
  sinkCases,
  sourceCases,
  stageCases,
} from './testing/life-cycle/index.ts'
import * as kinds from './testing/worker-kinds.ts'

const { defineSource, defineStage, documentsSource, inWorkers, mix, piped, pipe, repeat, shard, sinks, skip, take } =
  index

const batches = [numbers([1, 2, 3]), numbers([]), numbers([4]), numbers([5, 6])]
const documentsOf = (texts: readonly string[]) =>
  index.documentsBatch(texts.map((text, i) => ({ id: `${i}`, text, source: 'given' })))
const tales = (id = 'tales') => documents(id, sized(id, [50, 250, 10, 30, 400]), [2, 1])

const sources: Record<string, SourceCasesOptions> = {
  defineSource: { make: () => counting(20) },
  repeat: { make: () => repeat(tales(), { epochs: 2 }) },
  mix: {
    make: () =>
      mix({
        sources: [
          { source: tales('a'), weight: 2 },
          { source: tales('b'), weight: 1 },
        ],
        epochs: 2,
        frame: 1,
      }),
  },
  piped: { make: () => piped({ source: tales(), stages: () => [defineStage({ id: 'inner', map: batch => batch })] }) },
  take: { make: () => take(tales(), { documents: 3 }) },
  skip: { make: () => skip(tales(), { documents: 2 }) },
  shard: { make: () => shard(tales(), { index: 1, count: 2 }) },
  documentsSource: {
    make: () => documentsSource({ id: 'own', read: () => [{ text: 'one' }, { text: 'two' }] }),
    throwing: () =>
      documentsSource({
        id: 'own',
        *read() {
          yield { text: 'one' }
          throw new Error('of the user')
        },
      }),
  },
}

const throwing = () =>
  defineStage({
    id: 'stage',
    map() {
      throw new Error('of the user')
    },
  })

const stages: Record<string, StageCasesOptions> = {
  'defineStage, map': {
    make: () => defineStage({ id: 'stage', map: batch => batch }),
    batches,
    reads: false,
    throwing,
  },
  'defineStage, apply': {
    make: () => defineStage({ id: 'stage', apply: concatMap(async frame => frame) }),
    batches,
    reads: false,
  },
  pipe: {
    make: () =>
      pipe(defineStage({ id: 'a', map: batch => batch }), defineStage({ id: 'b', map: async batch => batch })),
    batches,
    reads: false,
    throwing: () => pipe(defineStage({ id: 'a', map: async batch => batch }), throwing()),
  },
  inWorkers: {
    make: () => inWorkers(kinds.upper, {}, { workers: 2 }),
    batches: [documentsOf(['one', 'two']), documentsOf([]), documentsOf(['three'])],
  },
}

describe.each(Object.entries(sources))('%s', (_, options) => {
  it.each(sourceCases(options).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

describe.each(Object.entries(stages))('%s', (_, options) => {
  it.each(stageCases(options).map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

describe('sinks', () => {
  const throwing: index.Sink = {
    id: 'throwing',
    consume() {
      throw new Error('of the user')
    },
  }
  const cases = sinkCases({
    make: () => sinks([collecting('a'), collecting('b')]),
    batches,
    reads: false,
    throwing: () => sinks([collecting('a'), throwing, collecting('b')]),
  })
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => one.run())
})

it('no source, stage or sink of this package is left out', () => {
  // The source that stands for a thread has its cases in parallel/source-apart.test.ts.
  const made = [...Object.keys(sources), 'defineStage', 'pipe', 'inWorkers', 'sinks', 'sourceApart']
  const others = Object.entries(index).flatMap(([name, value]) =>
    typeof value === 'function' && !made.includes(name) && !/^[A-Z]/.test(name) ? [name] : [],
  )
  // Something new belongs to the cases above if it makes a source, a stage or a sink, else here.
  expect(others.sort()).toMatchInlineSnapshot(`
    [
      "atomicWrite",
      "bitAt",
      "blocksBatch",
      "blocksSchema",
      "boolColumn",
      "builtProgram",
      "byteSize",
      "checkConfig",
      "collectLessOften",
      "columnOf",
      "crew",
      "decodeFrame",
      "differingField",
      "documentsBatch",
      "encodeFrame",
      "float64Column",
      "formatBytes",
      "frameBytes",
      "frames",
      "handover",
      "int32BlockColumn",
      "int32Column",
      "int32ListColumn",
      "int32Values",
      "isLocked",
      "isModulePath",
      "isStepFrame",
      "keepRows",
      "loadConfig",
      "loadModules",
      "loadSourceModules",
      "nearest",
      "nullableUtf8Column",
      "openRunFolder",
      "parseBytes",
      "parseConfig",
      "philox4x32",
      "randomStream",
      "requireFields",
      "retrying",
      "run",
      "serve",
      "serveRun",
      "sharedCrew",
      "sourceName",
      "splitMemory",
      "storageError",
      "stringAt",
      "syncFolder",
      "takeLock",
      "threadProgram",
      "toJsonSchema",
      "turnIfLong",
      "useSchema",
      "utf8Column",
      "verdict",
      "workerCount",
    ]
  `)
})

/** What the cases of a faulty stage or source say, by the case. */
async function faults(cases: readonly LifeCycleCase[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const one of cases) {
    await one.run().catch((error: Error) => {
      found[one.name] = error.message
    })
  }
  return found
}

describe('the cases find', () => {
  it('a stage that listens on', async () => {
    const deaf = defineStage({
      id: 'deaf',
      apply: frames =>
        new Observable(out => {
          frames.subscribe(out)
          return () => {}
        }),
    })
    // A subscriber that is given on ends with its subscription; one of its own does not.
    const leaky = defineStage({
      id: 'leaky',
      apply: frames =>
        new Observable(out => {
          frames.subscribe({
            next: frame => out.next(frame),
            error: error => out.error(error),
            complete: () => out.complete(),
          })
        }),
    })
    expect(await faults(stageCases({ make: () => deaf, batches, reads: false }))).toEqual({})
    expect(await faults(stageCases({ make: () => leaky, batches, reads: false }))).toEqual({
      'early unsubscription': 'it still listens to its input',
    })
  })

  it('threads and files that stay, in every case', async () => {
    let thread: Worker | undefined
    const make = () =>
      defineStage({
        id: 'thread',
        map: batch => batch,
        async open() {
          thread = new Worker('setInterval(() => {}, 1000)', { eval: true })
          thread.unref()
        },
      })
    const [never] = stageCases({ make, batches, reads: false })
    expect(await faults([never!])).toEqual({ never: 'still held after "never": thread' })
    await thread!.terminate()

    const source = () =>
      defineSource({
        id: 'file',
        schema: numbers([]).schema,
        *read() {
          openSync(import.meta.filename, 'r')
          yield { batch: numbers([1]), position: 1 }
        },
      })
    const cases = sourceCases({ make: source }).filter(({ name }) => name === 'left after a frame')
    expect(await faults(cases)).toEqual({
      'left after a frame': `still held after "left after a frame": file ${import.meta.filename}`,
    })
  })

  it('a sink that leaves its file open, and one that tells nobody that it failed', async () => {
    const leaky = () => ({
      ...collecting(),
      async open() {
        openSync(import.meta.filename, 'r')
      },
    })
    const [, first] = sinkCases({ make: leaky, batches, reads: false })
    expect(await faults([first!])).toEqual({
      'nothing comes, finished': `still held after "nothing comes, finished": file ${import.meta.filename}`,
    })
    const reading: index.Sink = {
      id: 'reading',
      consume(frame) {
        if (values(frame).length !== frame.batch.numRows) throw new Error('rows are missing')
      },
    }
    const silent: index.Sink = {
      id: 'silent',
      consume(frame) {
        try {
          return reading.consume(frame)
        } catch {}
      },
    }
    expect(await faults(sinkCases({ make: () => reading, batches }))).toEqual({})
    expect(await faults(sinkCases({ make: () => silent, batches }))).toEqual({
      'an error inside': 'consuming a batch that cannot be read did not fail',
    })
  })

  it('a stage that remembers what is in no checkpoint', async () => {
    const make = () => {
      let sum = 0
      const add = (value: number) => {
        sum += value
        return sum
      }
      return defineStage({ id: 'sums', map: batch => numbers(values({ batch }).map(add)) })
    }
    expect(await faults(stageCases({ make, batches, reads: false }))).toEqual({
      'used by two runs, one after the other': 'the second run was given other rows',
      'gone on with after each of its frames, by another':
        'after the cursor {"given":1} it does not go on with what was left',
    })
  })

  it('a stage that swallows errors, and one whose progress does not reach the sink', async () => {
    const swallowing = defineStage({
      id: 'swallowing',
      apply: frames =>
        new Observable(out =>
          frames.subscribe({
            next: frame => out.next(frame),
            error: () => out.complete(),
            complete: () => out.complete(),
          }),
        ),
    })
    const stuck = defineStage({ id: 'stuck', apply: map(frame => ({ ...frame, seq: 0 })) })
    const message = 'it gave on "completed" instead of the error from upstream'
    expect(await faults(stageCases({ make: () => swallowing, batches, reads: false }))).toEqual({
      'an error upstream': message,
      'an error upstream at once': message,
    })
    expect(await faults(stageCases({ make: () => stuck, batches, reads: false }).slice(3, 5))).toEqual({
      one: 'its last frame has the seq 0, not 1',
      many: 'its last frame has the seq 0, not 4',
    })
  })
})
