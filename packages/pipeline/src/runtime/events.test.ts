import { setTimeout as sleep } from 'node:timers/promises'
import { concatMap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { collecting, counting } from '../testing/frames.ts'
import { run } from './run.ts'

describe('the events of a run', () => {
  it('wait for those who subscribe in the same turn', async () => {
    const running = run({ source: counting(1), stages: [], sink: collecting() })
    await Promise.resolve()
    const seen: RunEvent[] = []
    running.events$.subscribe(event => seen.push(event))
    const late: RunEvent[] = []
    queueMicrotask(() => running.events$.subscribe(event => late.push(event)))
    await running.done
    expect(seen[0]).toEqual({ type: 'started', stages: ['counting', 'collecting'] })
    expect(late).toEqual(seen)
  })

  it('tell where the run was resumed, and positions that nobody takes', async () => {
    const running = run({
      source: counting(3),
      stages: [],
      sink: collecting(),
      from: { counting: 2, shuffle: { skip: 1 } },
    })
    const seen: RunEvent[] = []
    running.events$.subscribe(event => seen.push(event))
    await running.done
    expect(seen.slice(0, 2)).toEqual([
      { type: 'started', stages: ['counting', 'collecting'], resumedFrom: { counting: 2, shuffle: { skip: 1 } } },
      {
        type: 'warning',
        stage: 'shuffle',
        message: 'has a position in the cursor to resume at, but is no part of this run',
      },
    ])
  })

  it('carry what stages and sinks emit, in order', async () => {
    const saying = (id: string) => {
      let context: StageContext
      return {
        id,
        open: async (lent: StageContext) => {
          context = lent
          context.emit({ type: 'note', stage: id, message: 'open' })
        },
        consume: () => context.emit({ type: 'note', stage: id, message: 'consumed' }),
        close: async () => context.emit({ type: 'note', stage: id, message: 'closed' }),
      }
    }
    const { open, close } = saying('stage')
    const stage = defineStage({ id: 'stage', map: batch => batch, open, close })
    const running = run({ source: counting(2), stages: [stage], sink: saying('sink') })
    const seen: string[] = []
    running.events$.subscribe(event =>
      seen.push(event.type === 'note' ? `${event.stage} ${event.message}` : event.type),
    )
    await running.done
    expect(seen).toEqual([
      'started',
      'sink open',
      'stage open',
      'sink consumed',
      'sink consumed',
      'sink closed',
      'stage closed',
      'memory',
      'finished',
    ])
  })

  it('carry the summary of the source', async () => {
    const source = { ...counting(1), summary: () => ({ message: 'one number', values: { count: 1 } }) }
    const running = run({ source, stages: [], sink: collecting() })
    const seen: RunEvent[] = []
    running.events$.subscribe(event => seen.push(event))
    await running.done
    expect(seen.at(-2)).toEqual({ type: 'note', stage: 'counting', message: 'one number', values: { count: 1 } })
  })

  it('tell at the end what was held', async () => {
    let kept = 0
    const table = defineStage({
      id: 'table',
      held: () => kept,
      map(batch) {
        kept++
        return batch
      },
    })
    const running = run({ source: counting(3), stages: [table], sink: collecting(), mark: 100 })
    const seen: RunEvent[] = []
    running.events$.subscribe(event => seen.push(event))
    await running.done
    const { resident, mostResident, ...held } = seen.find(event => event.type === 'memory')!
    expect(mostResident).toBeGreaterThanOrEqual(resident)
    expect(resident).toBeGreaterThan(1e7)
    expect(held).toEqual({
      type: 'memory',
      inFlight: 0,
      mostInFlight: 4,
      limit: 100,
      held: { table: 3 },
      mostHeld: { table: 6, collecting: 4 },
    })
  })

  it('tell progress about once a second', async () => {
    const slow = defineStage({ id: 'slow', apply: concatMap(async frame => sleep(130, frame)) })
    const running = run({ source: counting(10), stages: [slow], sink: collecting(), mark: 8 })
    const seen: Extract<RunEvent, { type: 'progress' }>[] = []
    running.events$.subscribe(event => event.type === 'progress' && seen.push(event))
    await running.done
    expect(seen.length).toBeGreaterThanOrEqual(1)
    expect(seen[0]!.bytesInFlight).toBeGreaterThan(0)
    expect(seen[0]!.counters.map(({ id }) => id)).toEqual(['counting', 'slow', 'collecting'])
  })
})

describe('counters', () => {
  const ids = ['counting', 'quick', 'brake', 'collecting']

  async function measured(brake: Parameters<typeof defineStage>[0]) {
    const quick = defineStage({ id: 'quick', map: batch => batch })
    const stages = [quick, defineStage(brake as never)]
    const { counters, seconds } = await run({ source: counting(30), stages, sink: collecting(), mark: 8 }).done
    expect(counters.map(({ id }) => id)).toEqual(ids)
    for (const { busy, waitingForInput, waitingForOutput } of counters) {
      // All of a part's time is told, and none of it twice.
      expect(busy + waitingForInput + waitingForOutput).toBeLessThanOrEqual(seconds + 0.001)
      expect(busy + waitingForInput + waitingForOutput).toBeGreaterThan(0.5 * seconds)
    }
    return Object.fromEntries(counters.map(counter => [counter.id, counter]))
  }

  it.each([
    ['an asynchronous brake', { id: 'brake', map: async (batch: any) => sleep(10, batch) }],
    [
      'a synchronous brake',
      {
        id: 'brake',
        map: (batch: any) => {
          const until = performance.now() + 10
          while (performance.now() < until);
          return batch
        },
      },
    ],
  ])('show %s', async (_, brake) => {
    const { counting: source, quick, brake: slow, collecting: sink } = await measured(brake as never)
    expect(slow!.busy).toBeGreaterThan(5 * quick!.busy)
    expect(slow!.busy).toBeGreaterThan(0.2)
    expect(quick!.waitingForOutput).toBeGreaterThan(quick!.waitingForInput)
    expect(source!.waitingForOutput).toBeGreaterThan(source!.busy)
    expect(sink!.waitingForInput).toBeGreaterThan(sink!.busy)
  })

  it('show a slow source and a slow sink', async () => {
    const source = counting(20)
    const slow = {
      ...source,
      async *read(...given: Parameters<typeof source.read>) {
        for await (const frame of source.read(...given)) yield await sleep(5, frame)
      },
    }
    const stage = defineStage({ id: 'quick', map: batch => batch })
    const first = await run({ source: slow, stages: [stage], sink: collecting() }).done
    const [read, waiting] = first.counters
    expect(read!.busy).toBeGreaterThan(0.05)
    expect(waiting!.waitingForInput).toBeGreaterThan(waiting!.waitingForOutput + waiting!.busy)
    const sink = { id: 'sink', consume: () => sleep(5) as Promise<void> }
    const second = await run({ source, stages: [stage], sink, mark: 8 }).done
    const [held, braked, brake] = second.counters
    expect(brake!.busy).toBeGreaterThan(0.05)
    expect(held!.waitingForOutput).toBeGreaterThan(held!.busy)
    expect(braked!.waitingForOutput).toBeGreaterThan(braked!.waitingForInput)
  })
})
