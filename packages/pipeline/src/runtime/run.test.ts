import { setTimeout as sleep } from 'node:timers/promises'
import { concatMap, filter, map, mergeMap, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { RunEvent } from '../events.ts'
import { collecting, counting, numbers, values } from '../testing/frames.ts'
import { run } from './run.ts'

describe('run', () => {
  it('brings every frame to the sink, in order, and tells the cursor of the last', async () => {
    const sink = collecting()
    const doubled = defineStage({ id: 'doubled', map: batch => numbers([...batch.getChild('n')!].map(n => 2 * n)) })
    const events: RunEvent[] = []
    const running = run({ source: counting(5), stages: [doubled], sink })
    running.events$.subscribe(event => events.push(event))
    const result = await running.done
    expect(sink.frames.flatMap(values)).toEqual([2, 4, 6, 8, 10])
    expect(result.outcome).toBe('finished')
    expect(result.cursor).toEqual({ counting: 5 })
    expect(sink.closed).toEqual(['finished'])
    expect(events.map(event => event.type)).toEqual(['started', 'memory', 'finished'])
    expect(result.counters.map(({ id, kind, rows, frames, bytes }) => ({ id, kind, rows, frames, bytes }))).toEqual([
      { id: 'counting', kind: 'source', rows: 5, frames: 5, bytes: 20 },
      { id: 'doubled', kind: 'stage', rows: 5, frames: 5, bytes: 20 },
      { id: 'collecting', kind: 'sink', rows: 5, frames: 5, bytes: 20 },
    ])
  })

  it('goes on from a cursor', async () => {
    const sink = collecting()
    const { cursor } = await run({ source: counting(5), stages: [], sink, from: { counting: 3 } }).done
    expect(sink.frames.flatMap(values)).toEqual([4, 5])
    expect(cursor).toEqual({ counting: 5 })
  })

  it('ends when a stage has had enough', async () => {
    const sink = collecting()
    const some = defineStage({ id: 'some', apply: take(3) })
    const { cursor, outcome } = await run({ source: counting(1e6), stages: [some], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([1, 2, 3])
    expect({ cursor, outcome }).toEqual({ cursor: { counting: 3 }, outcome: 'finished' })
  })

  it('keeps the order that mergeMap loses', async () => {
    const sink = collecting()
    const uneven = defineStage({
      id: 'uneven',
      apply: mergeMap(async frame => {
        await sleep(values(frame)[0]! % 3 === 0 ? 20 : 1)
        return frame
      }, 4),
    })
    await run({ source: counting(30), stages: [uneven], sink }).done
    expect(sink.frames.flatMap(values)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
  })

  it('lets stock operators drop frames', async () => {
    const sink = collecting()
    const even = defineStage({ id: 'even', apply: filter(frame => values(frame)[0]! % 2 === 0) })
    const later = defineStage({ id: 'later', apply: concatMap(async frame => frame) })
    const same = defineStage({ id: 'same', apply: map(frame => frame) })
    await run({ source: counting(10), stages: [even, later, same], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([2, 4, 6, 8, 10])
  })
})
