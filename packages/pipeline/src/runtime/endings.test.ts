import { setTimeout as sleep } from 'node:timers/promises'
import {
  concatMap,
  EMPTY,
  ignoreElements,
  map,
  mergeMap,
  NEVER,
  Observable,
  type Observer,
  take,
  tap,
  throwError,
} from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import { defineStage, type StageOptions } from '../contract/define-stage.ts'
import type { Frame } from '../contract/frame.ts'
import type { Sink } from '../contract/sink.ts'
import type { StageContext } from '../contract/stage.ts'
import { DataError, SluiceError, StorageError } from '../errors.ts'
import type { RunEvent } from '../events.ts'
import { collecting, counting, numbers, numbersSchema, values } from '../testing/frames.ts'
import { type RunOptions, run } from './run.ts'
import { sinks } from './sinks.ts'

/** A stage that passes everything on and keeps a diary. */
function diary(id: string, pages: string[], more: Partial<StageOptions<any, any>> = {}) {
  return defineStage({
    id,
    apply: map((frame: Frame) => frame),
    async open() {
      pages.push(`${id} open`)
    },
    async close() {
      pages.push(`${id} close`)
    },
    ...more,
  } as StageOptions<any, any>)
}

/** A source that tells when its iterator is returned or reads to its end. */
function told(pages: string[], count = 1e9) {
  return defineSource({
    id: 'told',
    schema: numbersSchema,
    async *read() {
      try {
        for (let n = 1; n <= count; n++) yield { batch: numbers([n]), position: n }
        pages.push('source ended')
      } finally {
        pages.push('source returned')
      }
    },
  })
}

function noting(pages: string[], more: Partial<Sink> = {}): Sink {
  return {
    id: 'sink',
    async open() {
      pages.push('sink open')
    },
    consume() {},
    async close(outcome) {
      pages.push(`sink close ${outcome}`)
    },
    ...more,
  }
}

async function failing(options: RunOptions) {
  const events: RunEvent[] = []
  const running = run(options)
  running.events$.subscribe({ next: event => events.push(event), complete: () => events.push('complete' as never) })
  const error = await running.done.then(
    () => expect.fail('the run did not fail'),
    (reason: unknown) => reason as SluiceError,
  )
  expect(events.at(-1)).toBe('complete')
  expect(events.at(-2)).toMatchObject({ type: 'finished', outcome: 'failed' })
  return { error, events }
}

describe('a run that ends well', () => {
  it('opens the sink first, closes everything once', async () => {
    const pages: string[] = []
    const stages = [diary('a', pages), diary('b', pages)]
    await run({ source: told(pages, 2), stages, sink: noting(pages) }).done
    expect(pages).toEqual([
      'sink open',
      'a open',
      'b open',
      'source ended',
      'source returned',
      'sink close finished',
      'a close',
      'b close',
    ])
  })

  it('returns the source when a stage completes early', async () => {
    const pages: string[] = []
    await run({ source: told(pages), stages: [diary('some', pages, { apply: take(2) })], sink: noting(pages) }).done
    expect(pages).toEqual(['sink open', 'some open', 'source returned', 'sink close finished', 'some close'])
  })

  it('consumes what is emitted at the end', async () => {
    const sink = collecting()
    const last = defineStage({
      id: 'last',
      apply: frames =>
        new Observable(subscriber => {
          let kept: Frame | undefined
          return frames.subscribe({
            next(frame) {
              kept = frame
            },
            complete() {
              if (kept) subscriber.next(kept)
              subscriber.complete()
            },
          })
        }),
    })
    const { cursor } = await run({ source: counting(7), stages: [last], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([7])
    expect(cursor).toEqual({ counting: 7 })
  })

  it('does with a source that has nothing', async () => {
    const sink = collecting()
    const result = await run({ source: counting(0), stages: [diary('a', [])], sink }).done
    expect(result).toMatchObject({ outcome: 'finished', cursor: {} })
    expect(sink.closed).toEqual(['finished'])
  })

  it('takes what a stage emits of its own before the first frame', async () => {
    const sink = collecting()
    const first: Frame = { batch: numbers([0]), cursor: { greeting: { step: 0 } }, seq: 0 }
    const greeting = defineStage({
      id: 'greeting',
      apply: frames =>
        new Observable(subscriber => {
          subscriber.next(first)
          return frames.subscribe(subscriber)
        }),
    })
    await run({ source: counting(2), stages: [greeting], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([0, 1, 2])
    expect(sink.frames[0]).toBe(first)
  })

  it('feeds several sinks in order and closes each', async () => {
    const pages: string[] = []
    const one = (id: string): Sink => ({
      id,
      consume: frame => void pages.push(`${id} ${values(frame)}`),
      close: async outcome => void pages.push(`${id} ${outcome}`),
    })
    const result = await run({ source: counting(2), stages: [], sink: sinks([one('x'), sinks([one('y'), one('z')])]) })
      .done
    expect(pages).toEqual(['x 1', 'y 1', 'z 1', 'x 2', 'y 2', 'z 2', 'x finished', 'y finished', 'z finished'])
    expect(result.counters.map(({ id }) => id)).toEqual(['counting', 'x', 'y', 'z'])
  })

  it('consumes one frame at a time', async () => {
    let consuming = 0
    let most = 0
    const sink: Sink = {
      id: 'sink',
      async consume() {
        most = Math.max(most, ++consuming)
        await sleep(1)
        consuming--
      },
    }
    await run({ source: counting(20), stages: [], sink }).done
    expect(most).toBe(1)
  })

  it('leaves the event loop its turns', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const sink: Sink = {
      id: 'sink',
      consume() {
        const until = performance.now() + 1
        while (performance.now() < until);
      },
    }
    await run({ source: counting(60), stages: [], sink }).done
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
  })
})

describe('a run that fails', () => {
  it('names the stage whose callback threw, and closes everything once', async () => {
    const pages: string[] = []
    const bad = diary('bad', pages, {
      apply: map((frame: Frame) => {
        if (frame.seq === 3) throw new TypeError('x is not a function')
        return frame
      }),
    })
    const options = { source: told(pages), stages: [diary('a', pages), bad, diary('c', pages)], sink: noting(pages) }
    const { error } = await failing(options)
    expect(error).toBeInstanceOf(SluiceError)
    expect(`${error}`).toBe('bad: TypeError: x is not a function')
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(pages).toEqual([
      'sink open',
      'a open',
      'bad open',
      'c open',
      'source returned',
      'sink close failed',
      'a close',
      'bad close',
      'c close',
    ])
  })

  it('names the stage whose promise was rejected, within a composition', async () => {
    const bad = defineStage({
      id: 'bad',
      map: async () => {
        throw new DataError('expected a number, found "x"', { file: 'a.txt', place: 'line 3' })
      },
    })
    const { error } = await failing({ source: counting(3), stages: [diary('a', []), bad], sink: collecting() })
    expect(error).toBeInstanceOf(DataError)
    expect(`${error}`).toBe('bad: a.txt: line 3: expected a number, found "x"')
  })

  it('names the stage whose hand-written operator threw, however it subscribes', async () => {
    type Next = (frame: Frame) => void
    const observers: ((next: Next) => Partial<Observer<Frame>> | Next)[] = [
      next => ({ next }),
      next => next,
      next => ({ next, error: () => undefined, complete: () => undefined }),
    ]
    for (const observer of observers) {
      const stages = [
        diary('a', []),
        defineStage({
          id: 'written',
          apply: frames =>
            new Observable<Frame>(subscriber =>
              frames.subscribe(
                observer(frame => {
                  if (frame.seq === 2) throw new RangeError('off by one')
                  subscriber.next(frame)
                }),
              ),
            ),
        }),
        diary('c', []),
      ]
      const sink = collecting()
      const { error } = await failing({ source: counting(4), stages, sink })
      expect(`${error}`).toBe('written: RangeError: off by one')
      expect(sink.closed).toEqual(['failed'])
    }
  })

  it('keeps the stage that an error names itself', async () => {
    const bad = defineStage({
      id: 'outer',
      map: () => {
        throw new DataError('broken', { stage: 'inner' })
      },
    })
    const { error } = await failing({ source: counting(3), stages: [bad], sink: collecting() })
    expect(`${error}`).toBe('inner: broken')
  })

  it('names the stage whose operator cannot be applied', async () => {
    const pages: string[] = []
    const bad = diary('bad', pages, {
      apply: () => {
        throw new Error('not today')
      },
    })
    const { error } = await failing({ source: told(pages), stages: [bad], sink: noting(pages) })
    expect(`${error}`).toBe('bad: not today')
    expect(pages).toEqual(['sink open', 'bad open', 'sink close failed', 'bad close'])
  })

  it('names a stage that errors before anything came', async () => {
    const stages = [defineStage({ id: 'bad', apply: () => throwError(() => new Error('never')) })]
    const { error } = await failing({ source: counting(3), stages, sink: collecting() })
    expect(`${error}`).toBe('bad: never')
  })

  it('names the source', async () => {
    const source = defineSource({
      id: 'files',
      schema: numbersSchema,
      *read() {
        yield { batch: numbers([1]), position: 1 }
        throw Object.assign(new Error("ENOENT: no such file or directory, open 'x'"), {
          code: 'ENOENT',
          syscall: 'open',
        })
      },
    })
    const { error } = await failing({ source, stages: [], sink: collecting() })
    expect(error).toBeInstanceOf(StorageError)
    expect(`${error}`).toBe("files: ENOENT: no such file or directory, open 'x'")
  })

  it('names the source that cannot even begin', async () => {
    const source = {
      ...counting(1),
      read() {
        throw new DataError('is empty')
      },
    }
    const { error } = await failing({ source, stages: [], sink: collecting() })
    expect(`${error}`).toBe('counting: is empty')
  })

  it('names the sink, and gives it nothing more', async () => {
    const pages: string[] = []
    const sink = noting(pages, {
      consume(frame) {
        pages.push(`consume ${frame.seq}`)
        if (frame.seq === 2)
          throw new StorageError('cannot be written: no space is left on the device', { file: 'out' })
      },
    })
    const { error } = await failing({ source: counting(9), stages: [diary('a', pages)], sink })
    expect(`${error}`).toBe('sink: out: cannot be written: no space is left on the device')
    expect(pages).toEqual(['sink open', 'a open', 'consume 1', 'consume 2', 'sink close failed', 'a close'])
  })

  it('fails although the chain has completed when the sink does on what is left', async () => {
    const sink = noting([], {
      async consume(frame) {
        await sleep(5)
        if (frame.seq === 3) throw new Error('late')
      },
    })
    const { error } = await failing({ source: counting(3), stages: [], sink })
    expect(`${error}`).toBe('sink: late')
  })

  it('closes what was opened when a stage cannot be', async () => {
    const pages: string[] = []
    const bad = diary('bad', pages, {
      open: async () => {
        throw new Error('no')
      },
    })
    const { error } = await failing({
      source: told(pages),
      stages: [diary('a', pages), bad, diary('c', pages)],
      sink: noting(pages),
    })
    expect(`${error}`).toBe('bad: no')
    expect(pages).toEqual(['sink open', 'a open', 'sink close failed', 'a close', 'bad close'])
  })

  it('fails when a sink cannot close, and tells what else went wrong', async () => {
    const sink = noting([], { close: () => Promise.reject(new Error('disk gone')) })
    const { error } = await failing({ source: counting(1), stages: [], sink })
    expect(`${error}`).toBe('sink: disk gone')
    const bad = diary('bad', [], { close: () => Promise.reject(new Error('stuck')) })
    const both = await failing({ source: counting(1), stages: [bad], sink })
    expect(`${both.error}`).toBe('sink: disk gone')
    expect(both.events).toContainEqual({ type: 'warning', stage: 'bad', message: 'failed as well: stuck' })
  })

  it('tells a batch that is not what the stage said', async () => {
    const bad = defineStage({ id: 'bad', schema: input => input, map: () => numbers([1]).select([]) })
    const { error } = await failing({ source: counting(1), stages: [bad], sink: collecting() })
    expect(`${error}`).toBe(
      'bad: said that it gives "n" as Int32, but its batch has no such column; its schema() must tell what its batches hold, columns in the same order',
    )
  })

  it('takes anything that was thrown', async () => {
    const bad = defineStage({
      id: 'bad',
      map: () => {
        throw 'a word'
      },
    })
    const { error } = await failing({ source: counting(1), stages: [bad], sink: collecting() })
    expect(`${error}`).toBe('bad: threw a word')
  })
})

describe('teardown', () => {
  const ending: [string, Partial<RunOptions>, (n: number) => unknown][] = [
    ['to its end', {}, () => undefined],
    ['until a stage completes', { stages: [defineStage({ id: 'some', apply: take(3) })] }, () => undefined],
    ['until it is stopped', { signal: AbortSignal.timeout(20) }, () => sleep(1)],
    [
      'until the sink fails',
      {},
      n => {
        if (n === 3) throw new Error('full')
      },
    ],
  ]
  it.each(ending)('frees what a stage holds, once, when a run goes %s', async (_, options, consume) => {
    let held = 0
    let freed = 0
    const holding = defineStage({
      id: 'holding',
      apply: frames =>
        new Observable(subscriber => {
          held++
          const subscription = frames.subscribe(subscriber)
          return () => {
            freed++
            subscription.unsubscribe()
          }
        }),
    })
    const sink = { id: 'sink', consume: (frame: Frame) => consume(frame.seq) as Promise<void> }
    const source = counting(options.signal ? 1e9 : 50)
    const stages = [holding, ...(options.stages ?? [])]
    await run({ source, sink, mark: 16, ...options, stages }).done.catch(() => undefined)
    expect([held, freed]).toEqual([1, 1])
  })
})

describe('a run that is stopped', () => {
  it('reads no more, passes on what is in flight, and tells the cursor', async () => {
    const pages: string[] = []
    const sink = collecting()
    const slow = defineStage({ id: 'slow', apply: concatMap(async frame => sleep(1, frame)) })
    const running = run({
      source: told(pages),
      stages: [slow],
      mark: 40,
      sink: {
        ...sink,
        consume(frame) {
          sink.frames.push(frame)
          if (frame.seq === 5) running.stop()
        },
      },
    })
    const { outcome, cursor } = await running.done
    expect(outcome).toBe('stopped')
    expect(pages).toEqual(['source returned'])
    expect(sink.closed).toEqual(['stopped'])
    const last = sink.frames.at(-1)!
    expect(cursor).toBe(last.cursor)
    expect(sink.frames.flatMap(values)).toEqual(Array.from({ length: last.seq }, (_, i) => i + 1))
    expect(last.seq).toBeLessThanOrEqual(16)
  })

  it('tells stages that their input was cut', async () => {
    const aborted: boolean[] = []
    let context: StageContext | undefined
    const gathering = defineStage({
      id: 'gathering',
      async open(lent) {
        context = lent
      },
      apply: frames => frames.pipe(tap({ complete: () => aborted.push(context!.signal.aborted) })),
    })
    const stop = new AbortController()
    const running = run({
      source: counting(1e9),
      stages: [gathering],
      signal: stop.signal,
      sink: { id: 'sink', consume: frame => (frame.seq === 3 ? stop.abort() : undefined) },
    })
    expect((await running.done).outcome).toBe('stopped')
    expect(aborted).toEqual([true])
    await run({ source: counting(1), stages: [gathering], sink: collecting() }).done
    expect(aborted).toEqual([true, false])
  })

  it('does not wait for a source that does not answer', async () => {
    let asked = false
    const source = defineSource({
      id: 'silent',
      schema: numbersSchema,
      async *read() {
        yield { batch: numbers([1]), position: 1 }
        asked = true
        await new Promise(() => undefined)
      },
    })
    const sink = collecting()
    const running = run({ source, stages: [], sink })
    while (!asked) await sleep(1)
    running.stop()
    const { outcome, cursor } = await running.done
    expect({ outcome, cursor }).toEqual({ outcome: 'stopped', cursor: { silent: 1 } })
  })

  it('tells a source that does not end cleanly', async () => {
    const source = {
      ...counting(1e9),
      read: () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false as const, value: { batch: numbers([1]), cursor: { counting: 1 }, seq: 0 } }),
          return: () => {
            throw new Error('stuck')
          },
        }),
      }),
    }
    const events: RunEvent[] = []
    const running = run({ source, stages: [], sink: { id: 'sink', consume: () => running.stop() } })
    running.events$.subscribe(event => events.push(event))
    expect((await running.done).outcome).toBe('stopped')
    expect(events).toContainEqual({ type: 'warning', stage: 'counting', message: 'did not end cleanly: Error: stuck' })
  })

  it('reads nothing when it is stopped at once', async () => {
    const pages: string[] = []
    const signal = AbortSignal.abort()
    const before = await run({ source: told(pages), stages: [diary('a', pages)], sink: noting(pages), signal }).done
    expect(before).toMatchObject({ outcome: 'stopped', cursor: {} })
    expect(pages).toEqual(['sink open', 'a open', 'sink close stopped', 'a close'])
  })

  it('has finished if it is stopped after the last frame', async () => {
    const running = run({
      source: counting(2),
      stages: [],
      sink: { id: 'sink', consume: frame => (frame.seq === 2 ? sleep(5).then(() => running.stop()) : undefined) },
    })
    expect((await running.done).outcome).toBe('finished')
  })

  it('takes off its listener from the signal', async () => {
    const stop = new AbortController()
    let listeners = 0
    const { signal } = stop
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }) as typeof add
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }) as typeof remove
    await run({ source: counting(2), stages: [], sink: collecting(), signal }).done
    expect(listeners).toBe(0)
  })
})

describe('a stage that breaks the rules', () => {
  it('is warned about when it never completes', async () => {
    const warnings: RunEvent[] = []
    let warned = () => {}
    const warning = new Promise<void>(resolve => {
      warned = resolve
    })
    let complete = () => {}
    const endless = defineStage({
      id: 'endless',
      apply: frames =>
        new Observable(subscriber => {
          complete = () => subscriber.complete()
          return frames.subscribe({ next: frame => subscriber.next(frame) })
        }),
    })
    const running = run({ source: counting(2), stages: [diary('a', []), endless], sink: collecting(), patience: 0.02 })
    running.events$.subscribe(event => {
      if (event.type !== 'warning') return
      warnings.push(event)
      warned()
    })
    await warning
    await sleep(50)
    expect(warnings).toEqual([
      { type: 'warning', stage: 'endless', message: 'has not completed although its input has; the run waits for it' },
    ])
    complete()
    expect((await running.done).outcome).toBe('finished')
  })

  it('may ignore its input', async () => {
    for (const apply of [ignoreElements(), () => EMPTY] as never[]) {
      const result = await run({
        source: counting(5),
        stages: [defineStage({ id: 'none', apply })],
        sink: collecting(),
      }).done
      expect(result).toMatchObject({ outcome: 'finished', cursor: {} })
    }
  })

  it('may be NEVER until it is stopped', async () => {
    const running = run({
      source: counting(5),
      stages: [defineStage({ id: 'never', apply: frames => frames.pipe(mergeMap(() => NEVER)) })],
      sink: collecting(),
      patience: 0.02,
    })
    const warned = new Promise<RunEvent>(resolve =>
      running.events$.subscribe(event => event.type === 'warning' && resolve(event)),
    )
    expect(await warned).toMatchObject({ stage: 'never' })
  })
})
