import { expect, it } from 'vitest'
import type { StageCounters } from '../events.ts'
import { verdict } from './verdict.ts'

/** Counters of a run of so many seconds; of each part, the seconds that it was busy. */
function at(
  seconds: number,
  busy: Readonly<Record<string, number>>,
  more: Readonly<Record<string, Partial<StageCounters>>> = {},
): StageCounters[] {
  const names = Object.keys(busy)
  return names.map((id, i) => ({
    id,
    kind: i === 0 ? 'source' : i === names.length - 1 ? 'sink' : 'stage',
    rows: 0,
    bytes: 0,
    frames: 0,
    busy: busy[id]!,
    waitingForInput: seconds - busy[id]!,
    waitingForOutput: 0,
    held: 0,
    mostHeld: 0,
    ...more[id],
  }))
}

it('names the busiest part since then, and how long the one that matters waits for it', () => {
  const before = at(10, { books: 9, tokenize: 0, train: 1, checkpoint: 0 })
  const now = at(20, { books: 10, tokenize: 7.1, train: 2.9, checkpoint: 0 })
  expect(verdict(now, before, { target: 'train', cores: 1 })).toEqual({
    id: 'tokenize',
    kind: 'stage',
    busy: expect.closeTo(0.71),
    stalled: expect.closeTo(0.81),
    message: 'tokenize is the bottleneck: 71 % busy; train waits for input 81 % of the time',
  })
  expect(verdict(now)?.message).toBe('books is the bottleneck: 50 % busy; checkpoint waits for input 100 % of the time')
})

it('is content where the part that matters is the busiest', () => {
  const now = at(10, { books: 0.2, tokenize: 0.3, train: 9.4, checkpoint: 0.1 })
  expect(verdict(now, [], { target: 'train' })?.message).toBe('train is the bottleneck, as it should be: 94 % busy')
  expect(verdict(at(10, { books: 1, write: 8 }))?.message).toBe('write is the bottleneck, as it should be: 80 % busy')
})

it('says nothing of a run in which nothing happens', () => {
  expect(verdict([])).toBeUndefined()
  const idle = at(10, { books: 0.1, write: 0.1 })
  expect(verdict(idle)).toBeUndefined()
  expect(verdict(idle, idle)).toBeUndefined()
})

it('advises what is possible, and only that', () => {
  const busy = { books: 1, dedup: 0.5, tokenize: 7.1, train: 2, checkpoint: 0 }
  const told = (given: typeof busy, more: Record<string, Partial<StageCounters>>, cores = 8) =>
    verdict(at(10, given, more), [], { target: 'train', cores })?.message
  const waits = 'train waits for input 80 % of the time'
  const may = { tokenize: { workers: 0 } }
  expect(told(busy, may)).toBe(`tokenize is the bottleneck: 71 % busy; ${waits}; try "dataWorkers": 1`)
  expect(told(busy, may, 1)).toBe(`tokenize is the bottleneck: 71 % busy; ${waits}`)
  const moved = { books: { thread: 'data' }, tokenize: { thread: 'data', workers: 0 } }
  expect(told(busy, moved)).toBe(`tokenize is the bottleneck: 71 % busy; ${waits}; try "workers": 2`)
  const four = { ...moved, tokenize: { thread: 'data', workers: 4 } }
  expect(told(busy, four, 6)).toBe(`tokenize is the bottleneck: 71 % busy; ${waits}; try "workers": 6`)
  expect(told(busy, four, 4)).toBe(`tokenize is the bottleneck: 71 % busy; ${waits}`)
  expect(told({ ...busy, dedup: 8 }, moved)).toBe(`dedup is the bottleneck: 80 % busy; ${waits}`)
  const good = { ...busy, tokenize: 0.5, train: 9.6 }
  expect(told(good, may)).toBe('train is the bottleneck, as it should be: 96 % busy')
  const middling = { ...busy, tokenize: 2, train: 7.8 }
  const stalls = 'train is the bottleneck: 78 % busy; train waits for input 22 % of the time'
  expect(told(middling, may)).toBe(`${stalls}; try "dataWorkers": 1`)
  expect(told(middling, moved)).toBe(`${stalls}; tokenize: try "workers": 2`)
  // Nothing is trained: there is no thread to be moved off.
  const writing = verdict(at(10, { books: 1, quality: 8, write: 0.5 }, { quality: { workers: 0 } }), [], { cores: 2 })
  expect(writing?.message).toBe(
    'quality is the bottleneck: 80 % busy; write waits for input 95 % of the time; try "workers": 2',
  )
})
