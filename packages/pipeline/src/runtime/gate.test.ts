import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { bufferCount, concatMap, filter, map, mergeMap, type OperatorFunction } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import { defineStage } from '../contract/define-stage.ts'
import type { Frame } from '../contract/frame.ts'
import type { Stage } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { bulk, numbers } from '../testing/frames.ts'
import { Gate } from './gate.ts'
import { type RunOptions, run } from './run.ts'

const MiB = 2 ** 20

/** 1,024 frames of 1 MiB into a slow sink; the most that was emitted and not consumed, and what the run told. */
async function gibibyte(stages: readonly Stage[], options: Partial<RunOptions> & { frames?: number } = {}) {
  const { frames = 1024, ...rest } = options
  let emitted = 0
  let consumed = 0
  let most = 0
  const events: RunEvent[] = []
  const source = bulk(frames, MiB, n => {
    emitted = n
    most = Math.max(most, emitted - consumed)
  })
  const running = run({
    source,
    stages,
    mark: 64 * MiB,
    // Long, so that a busy machine is not taken for a stuck run; the tests of warnings set their own.
    patience: 10,
    sink: {
      id: 'slow',
      async consume(frame) {
        await setImmediate()
        consumed = Math.max(consumed, frame.seq)
      },
    },
    ...rest,
  })
  running.events$.subscribe(event => events.push(event))
  const result = await running.done
  const warnings = events.flatMap(event => (event.type === 'warning' ? [`${event.stage}: ${event.message}`] : []))
  return { most, emitted, consumed, warnings, result }
}

const stock = (id: string, apply: OperatorFunction<Frame, Frame>) => defineStage({ id, apply })

describe('the gate', () => {
  it.each<[string, readonly Stage[]]>([
    ['nothing', []],
    [
      'map',
      [
        stock(
          'same',
          map(frame => ({ ...frame })),
        ),
      ],
    ],
    [
      'concatMap',
      [
        stock(
          'one',
          concatMap(async frame => frame),
        ),
      ],
    ],
    [
      'mergeMap',
      [
        stock(
          'four',
          mergeMap(async frame => frame, 4),
        ),
      ],
    ],
    [
      'all of them',
      [
        stock(
          'same',
          map(frame => ({ ...frame })),
        ),
        stock(
          'one',
          concatMap(async frame => frame),
        ),
        stock(
          'four',
          mergeMap(async frame => {
            await sleep(frame.seq % 3)
            return frame
          }, 4),
        ),
      ],
    ],
  ])('keeps no more than the mark and one frame in flight behind %s', async (_, stages) => {
    const { most, consumed, warnings } = await gibibyte(stages)
    expect(consumed).toBe(1024)
    expect(most).toBeLessThanOrEqual(65)
    expect(most).toBeGreaterThan(1)
    expect(warnings).toEqual([])
  })

  it('adds the windows that stages declare', async () => {
    const gather = bufferCount<Frame>(96)
    const gathering = defineStage({
      id: 'gathering',
      window: 96 * MiB,
      apply: frames =>
        frames.pipe(
          gather,
          concatMap(list => list.map(frame => ({ ...frame, seq: list.at(-1)!.seq }))),
        ),
    })
    const { most, consumed, warnings } = await gibibyte([
      gathering,
      stock(
        'one',
        concatMap(async frame => frame),
      ),
    ])
    expect(consumed).toBe(1024)
    expect(most).toBeLessThanOrEqual(64 + 96 + 1)
    expect(warnings).toEqual([])
  })

  it('warns about a stage that gathers more than the mark, and goes on', async () => {
    const hundred = stock('hundred', frames =>
      frames.pipe(
        bufferCount(100),
        map(list => list.at(-1)!),
      ),
    )
    const { most, consumed, warnings } = await gibibyte([hundred], { frames: 400, patience: 0.05 })
    expect(consumed).toBe(400)
    expect(most).toBeLessThanOrEqual(101)
    expect(warnings).toEqual([
      'hundred: has taken 64.0 MiB (64 frames) and given nothing; the gate lets one frame more through at a time: ' +
        'declare a window, raise the mark of 64.0 MiB, or pass an empty batch on instead of dropping a frame',
    ])
  })

  it('names the stage that gathers, not its neighbours', async () => {
    const stages = [
      stock(
        'before',
        concatMap(async frame => frame),
      ),
      defineStage({
        id: 'gathering',
        window: 8 * MiB,
        apply: (frames: any) =>
          frames.pipe(
            bufferCount(100),
            map((list: any) => list.at(-1)!),
          ),
      }),
      stock(
        'after',
        concatMap(async frame => frame),
      ),
    ]
    const { consumed, warnings } = await gibibyte(stages, { frames: 200, patience: 0.05 })
    expect(consumed).toBe(200)
    expect(warnings).toEqual([
      'gathering: has taken 72.0 MiB (72 frames) and given nothing; the gate lets one frame more through at a time: ' +
        'raise its window of 8.0 MiB, raise the mark of 72.0 MiB, or pass an empty batch on instead of dropping a frame',
    ])
  })

  it('runs through when every row is filtered out', async () => {
    const nothing = defineStage({ id: 'nothing', map: () => numbers([]), schema: () => numbers([]).schema })
    const { consumed, most, warnings, result } = await gibibyte([nothing])
    expect({ consumed, warnings }).toEqual({ consumed: 1024, warnings: [] })
    expect(most).toBeLessThanOrEqual(65)
    expect(result.cursor).toEqual({ bulk: 1024 })
  })

  it('runs through when a stock filter drops every frame', async () => {
    const { consumed, emitted, warnings } = await gibibyte(
      [
        stock(
          'none',
          filter(() => false),
        ),
      ],
      { frames: 100, patience: 0.05 },
    )
    expect({ emitted, consumed }).toEqual({ emitted: 100, consumed: 0 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^none: has taken 64\.0 MiB/)
  })

  it('runs through when an asynchronous stage drops frames', async () => {
    const some = stock('some', frames =>
      frames.pipe(
        concatMap(async frame => (frame.seq % 2 === 0 ? [frame] : [])),
        concatMap(list => list),
      ),
    )
    const { consumed, emitted, warnings } = await gibibyte([some], { frames: 200, patience: 0.05 })
    expect({ emitted, consumed }).toEqual({ emitted: 200, consumed: 200 })
    expect(warnings).toEqual([
      'some: has put out 32 frames ahead of an earlier one that does not come; order is kept no longer, and a checkpoint may leave ' +
        'the late frame out: pass an empty batch on instead of dropping a frame, or declare a window',
    ])
  })

  it('does not warn about a stage that is slow, once it has seen how slow', async () => {
    const slow = stock(
      'slow-stage',
      concatMap(async frame => {
        await sleep([150, 150, 150, 375, 875, 2000][frame.seq - 1])
        return frame
      }),
    )
    const { warnings } = await gibibyte([slow], { frames: 6, mark: MiB, patience: 0.5 })
    expect(warnings).toEqual([])
  })

  it('does not take a long computation for a stand-still', async () => {
    const busy = stock(
      'busy',
      concatMap(async frame => {
        const until = performance.now() + 400
        while (performance.now() < until);
        return frame
      }),
    )
    const { warnings } = await gibibyte([busy], { frames: 4, mark: MiB, patience: 0.25 })
    expect(warnings).toEqual([])
  })

  it('does not let empty frames through without end', async () => {
    let emitted = 0
    let most = 0
    let consumed = 0
    const empty = defineSource({
      id: 'empty',
      schema: numbers([]).schema,
      *read() {
        for (let n = 1; n <= 500; n++) {
          most = Math.max(most, ++emitted - consumed)
          yield { batch: numbers([]), position: n }
        }
      },
    })
    const sink = {
      id: 'sink',
      async consume() {
        await setImmediate()
        consumed++
      },
    }
    await run({ source: empty, stages: [], sink, mark: 10 * 512 }).done
    expect(most).toBeLessThanOrEqual(11)
  })

  it('counts what stages make of a frame, not only what came in', async () => {
    // One MiB comes in, 16 go out: with the source's bytes alone a mark of 8 MiB would let 128 MiB wait for the sink.
    const { batch } = (
      await bulk(1, 16 * MiB)
        .read(undefined, new AbortController().signal)
        [Symbol.asyncIterator]()
        .next()
    ).value!
    const larger = stock(
      'larger',
      map(frame => ({ ...frame, batch })),
    )
    const { result, most, warnings } = await gibibyte([larger], { frames: 64, mark: 8 * MiB })
    expect(most).toBe(1)
    expect(result.counters.map(({ id, held, mostHeld }) => [id, held, mostHeld / MiB])).toEqual([
      ['bulk', 0, 0],
      ['larger', 0, 1],
      ['slow', 0, 16],
    ])
    expect(warnings).toEqual([])
  })

  it('counts what stages say that they keep, up to their window', async () => {
    let kept = 0
    const gathering = defineStage({
      id: 'gathering',
      window: 32 * MiB,
      held: () => kept,
      apply: map(frame => {
        kept = Math.min(100 * MiB, kept + 10 * MiB)
        return frame
      }),
    })
    const { result, most, warnings } = await gibibyte([gathering], { frames: 64, mark: 8 * MiB })
    expect(most).toBeLessThanOrEqual(30)
    expect(result.counters[1]).toMatchObject({ held: 100 * MiB, mostHeld: 101 * MiB })
    expect(warnings).toEqual([])
  })

  it('takes a quarter of the memory for its mark', async () => {
    const { most } = await gibibyte(
      [
        stock(
          'one',
          concatMap(async frame => frame),
        ),
      ],
      {
        frames: 100,
        mark: undefined as never,
        memory: 64 * MiB,
      },
    )
    expect(most).toBeLessThanOrEqual(17)
    expect(most).toBeGreaterThanOrEqual(16)
  })

  it('refuses windows that exceed the memory', () => {
    const gathering = defineStage({ id: 'shuffle', window: 60 * MiB, apply: map(frame => frame) })
    const options = { source: bulk(1, 1), stages: [gathering], sink: { id: 'sink', consume() {} }, memory: 64 * MiB }
    expect(() => run(options)).toThrow(
      'twice the windows (shuffle 60.0 MiB) and a mark of 64.0 KiB exceed the memory of 64.0 MiB',
    )
  })
})

describe('Gate', () => {
  it('retires once, whatever comes later', () => {
    const gate = new Gate(10)
    for (const seq of [1, 2, 3]) gate.charge(seq, 4)
    expect(gate.open).toBe(false)
    gate.retire(2)
    expect([gate.bytes, gate.open]).toEqual([4, true])
    gate.retire(1)
    expect(gate.bytes).toBe(4)
    gate.retire(3)
    expect(gate.bytes).toBe(0)
  })

  it('lets one frame through for each release', () => {
    const gate = new Gate(1)
    gate.charge(1, 1)
    gate.release()
    expect(gate.open).toBe(true)
    gate.charge(2, 1)
    expect(gate.open).toBe(false)
    expect(gate.between(0, 2)).toEqual({ bytes: 2, frames: 2 })
    expect(gate.between(1, 2)).toEqual({ bytes: 1, frames: 1 })
  })

  it('keeps no trace of what it has retired', () => {
    const gate = new Gate(100)
    for (let seq = 1; seq <= 10_000; seq++) {
      gate.charge(seq, 1)
      if (seq > 5) gate.retire(seq - 5)
    }
    expect(gate.bytes).toBe(5)
    expect(gate.between(0, 10_000)).toEqual({ bytes: 5, frames: 5 })
  })
})
