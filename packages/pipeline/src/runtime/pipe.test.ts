import { concatMap, map, of, tap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { Frame, Json } from '../contract/frame.ts'
import type { StageContext } from '../contract/stage.ts'
import { collecting, counting, numbers, values } from '../testing/frames.ts'
import { pipe } from './pipe.ts'
import { run } from './run.ts'

const plus = (id: string, n: number) =>
  defineStage({ id, parallel: 'stateless', map: batch => numbers([...batch.getChild('n')!].map(x => x + n)) })

describe('pipe', () => {
  it('makes a stage of stages', async () => {
    const stage = pipe(plus('a', 1), pipe(plus('b', 10), plus('c', 100)))
    expect(stage).toMatchObject({ id: 'a|b|c', parallel: 'stateless' })
    expect(stage.window).toBeUndefined()
    const sink = collecting()
    const { counters } = await run({ source: counting(3), stages: [stage], sink }).done
    expect(sink.frames.flatMap(values)).toEqual([112, 113, 114])
    expect(counters.map(({ id }) => id)).toEqual(['counting', 'a', 'b', 'c', 'collecting'])
  })

  it('adds up windows, and is stateless only where all are', () => {
    const gathering = (id: string, window: number) => defineStage({ id, window, apply: map(frame => frame) })
    const stage = pipe(gathering('a', 3), plus('b', 1), gathering('c', 4))
    expect(stage.window).toBe(7)
    expect(stage.parallel).toBeUndefined()
  })

  it('is the stage itself for one, and nothing for none', () => {
    const one = plus('a', 1)
    expect(pipe(one)).toBe(one)
    expect(() => pipe()).toThrow('pipe needs at least one stage')
  })

  it('can be driven without the runner', async () => {
    const opened: unknown[] = []
    const stage = (id: string) =>
      defineStage({
        id,
        apply: tap(),
        open: async (_: StageContext, from: Json | undefined) => void opened.push([id, from]),
        close: async () => void opened.push(id),
      })
    const composed = pipe(stage('a'), stage('b'))
    await composed.open!({} as StageContext, { a: 1, b: { skip: 2 } })
    const seen: number[] = []
    of<Frame>({ batch: numbers([5]), cursor: {}, seq: 1 })
      .pipe(composed.apply)
      .subscribe(frame => seen.push(...values(frame)))
    await composed.close!()
    expect(seen).toEqual([5])
    expect(opened).toEqual([['a', 1], ['b', { skip: 2 }], 'a', 'b'])
  })
})

describe('defineStage', () => {
  it('keeps the order of asynchronous maps, and cursors', async () => {
    const sink = collecting()
    const uneven = defineStage({
      id: 'uneven',
      map: async batch => {
        const [n] = batch.getChild('n')!
        await new Promise(resolve => setTimeout(resolve, n % 2 === 0 ? 0 : 4))
        return batch
      },
    })
    await run({ source: counting(6), stages: [uneven], sink }).done
    expect(sink.frames.map(({ cursor, seq }) => [cursor, seq])).toEqual(
      [1, 2, 3, 4, 5, 6].map(n => [{ counting: n }, n]),
    )
  })

  it('is made from one thing', () => {
    const neither = { id: 'x' }
    const both = { id: 'x', map: (batch: any) => batch, apply: concatMap((frame: Frame) => of(frame)) }
    expect(() => defineStage(neither)).toThrow('a stage is made from either map or apply')
    expect(() => defineStage(both)).toThrow('a stage is made from either map or apply')
  })
})
