import { expect, it } from 'vitest'
import type { StageCounters } from '../events.ts'
import { verdict } from './verdict.ts'

/** Counters of a run of so many seconds; of each part, the seconds that it was busy. */
function at(seconds: number, busy: Readonly<Record<string, number>>): StageCounters[] {
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
  }))
}

it('names the busiest part since then, and how long the one that matters waits for it', () => {
  const before = at(10, { books: 9, tokenize: 0, train: 1, checkpoint: 0 })
  const now = at(20, { books: 10, tokenize: 7.1, train: 2.9, checkpoint: 0 })
  expect(verdict(now, before, { target: 'train' })).toEqual({
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
