import type { RunEvent, StageCounters } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { withDataStall } from './data-stall.ts'

const progress = (busy: number, waitingForInput: number): RunEvent => {
  const none = { rows: 0, bytes: 0, frames: 0, waitingForOutput: 0, held: 0, mostHeld: 0 }
  const train: StageCounters = { id: 'train', kind: 'stage', ...none, busy, waitingForInput }
  return { type: 'progress', counters: [train], bytesInFlight: 0 }
}
const metric = (step: number): RunEvent => ({ type: 'metric', step, values: { loss: 1 } })

test('steps carry the share of the time that training last waited for data', () => {
  const told: RunEvent[] = []
  const emit = withDataStall(event => told.push(event))
  for (const event of [
    metric(1),
    progress(0.2, 0.8),
    metric(2),
    progress(0.95, 1.05),
    metric(3),
    progress(1.95, 1.05),
    metric(4),
  ])
    emit(event)
  const values = told.flatMap(event => (event.type === 'metric' ? [event.values] : []))
  expect(values).toEqual([
    { loss: 1 },
    { loss: 1 },
    { loss: 1, data_stall: expect.closeTo(0.25) },
    { loss: 1, data_stall: 0 },
  ])
})
