import { describe, expect, it } from 'vitest'
import { defineSource } from '../contract/define-source.ts'
import type { Frame, Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { run } from '../runtime/run.ts'
import { collecting, counting, numbers, numbersSchema, values } from '../testing/frames.ts'
import { repeat } from './repeat.ts'

async function read(source: Source, from?: Json, most = 100): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of source.read(from, new AbortController().signal)) {
    if (frames.push(frame) === most) break
  }
  return frames
}

describe('repeat', () => {
  it('reads again and again', async () => {
    const frames = await read(repeat(counting(3), { epochs: 2 }))
    expect(frames.flatMap(values)).toEqual([1, 2, 3, 1, 2, 3])
    expect(frames[3]!.cursor).toEqual({ counting: { epoch: 1, at: 1 } })
    expect((await read(repeat(counting(3)))).flatMap(values)).toHaveLength(100)
  })

  it('goes on after any of its positions', async () => {
    const source = repeat(counting(3), { epochs: 3 })
    const all = await read(source)
    for (const [i, frame] of all.entries()) {
      expect((await read(source, frame.cursor.counting)).map(({ cursor }) => cursor)).toEqual(
        all.slice(i + 1).map(({ cursor }) => cursor),
      )
    }
  })

  it('ends when there is nothing to repeat', async () => {
    expect(await read(repeat(counting(0)))).toEqual([])
    const empties = defineSource({
      id: 'empties',
      schema: numbersSchema,
      *read(from) {
        if (from === undefined) yield { batch: numbers([]), position: 0 }
      },
    })
    const frames = await read(repeat(empties))
    expect(frames).toHaveLength(1)
    // Nor does it begin another epoch when it is gone on with.
    expect(await read(repeat(empties), frames[0]!.cursor.empties)).toEqual([])
  })

  it('ends when it is told to', async () => {
    const running = run({
      source: repeat(counting(2)),
      stages: [],
      sink: { id: 'sink', consume: frame => (frame.seq === 5 ? running.stop() : undefined) },
    })
    expect((await running.done).outcome).toBe('stopped')
  })

  it('refuses to read twice what can be read once, and epochs that are none', async () => {
    const once = { ...counting(2), replayable: false }
    expect(() => repeat(once, { epochs: 2 })).toThrow('cannot be read more than once')
    expect((await read(repeat(once))).flatMap(values)).toEqual([1, 2])
    expect(() => repeat(counting(1), { epochs: 0 })).toThrow('epochs must be an integer of at least 1, found 0')
    expect(() => repeat(counting(1), { epochs: 1.5 })).toThrow('epochs must be an integer of at least 1, found 1.5')
  })

  it('is a source of the same name in a run', async () => {
    const { cursor } = await run({ source: repeat(counting(2), { epochs: 2 }), stages: [], sink: collecting() }).done
    expect(cursor).toEqual({ counting: { epoch: 1, at: 2 } })
  })
})
