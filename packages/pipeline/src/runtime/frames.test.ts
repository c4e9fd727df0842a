import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../events.ts'
import { counting, values } from '../testing/frames.ts'
import { frames } from './frames.ts'

describe('frames', () => {
  it('gives every frame in order, and tells what the run tells', async () => {
    const events: RunEvent[] = []
    const seen: number[] = []
    for await (const frame of frames({ source: counting(5), stages: [], emit: event => events.push(event) })) {
      seen.push(...values(frame))
    }
    expect(seen).toEqual([1, 2, 3, 4, 5])
    expect(events[0]).toMatchObject({ type: 'started' })
    expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: 'finished' })
  })

  it('when the loop is left the run has ended', async () => {
    const events: RunEvent[] = []
    for await (const frame of frames({ source: counting(1e6), stages: [], emit: event => events.push(event) })) {
      expect(values(frame)).toEqual([1])
      break
    }
    expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: 'stopped' })
  })

  it('lends what a sink is lent', async () => {
    const kept = { id: 'kept', schema: <S>(input: S) => input, apply: <F>(input: F) => input, save: () => [] }
    let saved: string[] = []
    for await (const _ of frames({
      source: counting(1),
      stages: [kept],
      open: async context => {
        saved = [...(await context.savedStates!()).keys()]
      },
    }));
    expect(saved).toEqual(['kept'])
  })
})
