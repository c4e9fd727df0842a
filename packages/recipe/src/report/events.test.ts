import type { RunEvent } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import { gather } from './events.ts'

it('gathers nothing from nothing', () => {
  expect(gather([])).toEqual({ metrics: [], evaluations: [], samples: [], stages: [] })
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
