import { setTimeout as sleep } from 'node:timers/promises'
import { concatMap, filter, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { defineStage } from '../contract/define-stage.ts'
import type { Frame, Json } from '../contract/frame.ts'
import type { StageContext } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { collecting, counting, values } from '../testing/frames.ts'
import { ConsumedPositions } from './consumed.ts'
import { run } from './run.ts'

/** Emits one frame a step, each offering something that its next step destroys. */
function stepping(log: string[]) {
  let context: StageContext
  let position: Json | undefined
  return defineStage({
    id: 'stepping',
    async open(lent) {
      context = lent
    },
    apply: (frames: Observable<Frame>) =>
      frames.pipe(
        concatMap(async (frame, i) => {
          if (position !== undefined) await context.whenConsumed(position)
          log.push(`step ${i + 1}`)
          position = { step: i + 1 }
          return { ...frame, cursor: { ...frame.cursor, stepping: position } }
        }),
      ),
  })
}

describe('whenConsumed', () => {
  it('holds the next step until the sink has consumed the last', async () => {
    const log: string[] = []
    const sink = {
      id: 'sink',
      async consume(frame: Frame) {
        await sleep(2)
        log.push(`consumed ${values(frame)[0]}`)
      },
    }
    const { cursor } = await run({ source: counting(4), stages: [stepping(log)], sink }).done
    expect(log).toEqual([1, 2, 3, 4].flatMap(n => [`step ${n}`, `consumed ${n}`]))
    expect(cursor).toEqual({ counting: 4, stepping: { step: 4 } })
  })

  it('works through later stages that do not touch the cursor', async () => {
    const log: string[] = []
    const later = defineStage({ id: 'later', apply: concatMap(async frame => sleep(1, frame)) })
    await run({ source: counting(5), stages: [stepping(log), later], sink: collecting() }).done
    expect(log).toHaveLength(5)
  })

  it('does not wait forever for a frame that a later stage dropped, and says so', async () => {
    const log: string[] = []
    const events: RunEvent[] = []
    const odd = defineStage({ id: 'odd', apply: filter(frame => values(frame)[0]! % 2 === 1) })
    const sink = collecting()
    const running = run({ source: counting(4), stages: [stepping(log), odd], sink, patience: 0.02 })
    running.events$.subscribe(event => events.push(event))
    await running.done
    expect(log).toHaveLength(4)
    expect(events.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        stage: 'stepping',
        message:
          'waits for a frame of its own to be consumed that does not reach the sink; it goes on without: a later stage gathers or drops frames',
      },
    ])
  })

  it('is rejected when the run fails', async () => {
    const positions = new ConsumedPositions('x')
    const waiting = positions.wait({ step: 1 })
    positions.fail(new Error('over'))
    await expect(waiting).rejects.toThrow('over')
  })

  it('knows positions by identity, and later ones include earlier ones', async () => {
    const positions = new ConsumedPositions('x')
    const [a, b] = [{ step: 1 }, { step: 1 }]
    positions.emitted({ x: a })
    positions.emitted({ x: b })
    positions.consumed({ x: { step: 1 } })
    let done = false
    const waiting = positions.wait(a).then(() => {
      done = true
    })
    await Promise.resolve()
    expect(done).toBe(false)
    positions.consumed({ x: b })
    await waiting
    await positions.wait(b)
    expect(positions.waiting).toBe(0)
  })

  it('may be asked before the frame is emitted', async () => {
    const positions = new ConsumedPositions('x')
    const position = { step: 1 }
    const waiting = positions.wait(position)
    positions.emitted({ x: position })
    positions.consumed({ x: position })
    await waiting
  })

  it('wants an object', () => {
    expect(() => new ConsumedPositions('x').wait(3)).toThrow(
      'whenConsumed needs the very object that stands in the cursor, found 3',
    )
  })
})
