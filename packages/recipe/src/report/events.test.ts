import type { RunEvent } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import { gather } from './events.ts'

it('gathers nothing from nothing', () => {
  expect(gather([])).toEqual({ metrics: [], evaluations: [], samples: [], stages: [] })
})

it('gathers what sources gave and what refining did, in the order of the stages', () => {
  const counts = { documents: 3, bytes: 30, kept: 2, keptBytes: 20, dropped: { duplicate: 1 }, changed: {} }
  const of = (documents: number) => ({ news: { ...counts, documents } })
  const stage = {
    kind: 'stage' as const,
    rows: 1,
    bytes: 1,
    frames: 1,
    busy: 1,
    waitingForInput: 0,
    waitingForOutput: 0,
    held: 0,
    mostHeld: 0,
  }
  const ledger = { documents: 2, bytes: 20, tokens: 9, split: 0, cropped: 0, padded: 0 }
  const told = gather([
    // The pass that prepared the evaluation, then training.
    { type: 'refined', stage: 'dedup-2', sources: of(1) },
    { type: 'refined', stage: 'dedup-2', sources: of(3) },
    { type: 'refined', stage: 'quality-1', sources: of(4) },
    { type: 'note', stage: 'pack', message: 'packed', values: { sources: { news: ledger } } },
    { type: 'note', stage: 'pack', message: 'dropped', values: { tokens: 2 } },
    {
      type: 'finished',
      outcome: 'finished',
      seconds: 1,
      counters: [
        { ...stage, id: 'quality-1' },
        { ...stage, id: 'dedup-2' },
      ],
    },
  ])
  expect(told.sources).toEqual([{ source: 'news', documents: 2, bytes: 20, tokens: 9 }])
  expect(told.refined).toEqual([
    { stage: 'quality-1', sources: of(4) },
    { stage: 'dedup-2', sources: of(3) },
  ])
})

it('puts in order what events tell, and believes the later one', () => {
  const losses = { loss: 2, perplexity: 7.4, bits_per_byte: 1, uniform: 8, unigram: 6, bigram: 5 }
  const counters = {
    id: 's',
    kind: 'source' as const,
    rows: 1,
    bytes: 1,
    frames: 1,
    busy: 1,
    waitingForInput: 0,
    waitingForOutput: 0,
    held: 0,
    mostHeld: 0,
  }
  const events: RunEvent[] = [
    { type: 'metric', step: 2, values: { loss: 3 } },
    { type: 'metric', step: 1, values: { loss: 4 } },
    { type: 'metric', step: 2, values: { loss: 2.5, lr: 1 } },
    { type: 'evaluation', step: 2, values: losses },
    { type: 'sample', step: 0, prompt: 'a', text: 'b' },
    { type: 'sample', step: 0, prompt: 'a', text: 'c' },
    { type: 'warning', stage: 'x', message: 'y' },
    { type: 'finished', outcome: 'finished', seconds: 1, counters: [counters] },
  ]
  expect(gather(events)).toEqual({
    metrics: [
      { step: 1, loss: 4 },
      { step: 2, loss: 2.5, lr: 1 },
    ],
    evaluations: [{ step: 2, loss: 2, perplexity: 7.4, bits_per_byte: 1 }],
    samples: [{ step: 0, prompt: 'a', text: 'c' }],
    stages: [counters],
    baselines: { uniform: 8, unigram: 6, bigram: 5 },
  })
})
