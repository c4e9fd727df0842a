import { chooseBackend, tf } from '@sluice/compute'
import { bert, gpt2, llama, type Model } from '@sluice/transformer'
import { beforeAll, expect, it } from 'vitest'
import { labelledBatch } from './testing/batches.ts'
import { trainer } from './trainer.ts'

beforeAll(async () => {
  await chooseBackend('cpu')
})

const shape = { vocabSize: 13, blockSize: 8, layers: 2, width: 16, heads: 2 }
/** What follows a 2 hangs on what is before it. */
const ids = [1, 2, 3, 2, 4, 2, 5, 2, 6, 7, 2, 8, 2, 9, 2, 10, 2, 11]
const masked = {
  ids: ids.map((id, i) => (i % 3 === 1 ? 12 : id)),
  labels: ids.map((id, i) => (i % 3 === 1 ? id : -100)),
}
const cases: Record<string, { make: () => Model; batch: { ids: number[]; labels?: number[] } }> = {
  gpt2: { make: () => gpt2(shape, { seed: 1 }), batch: { ids } },
  llama: { make: () => llama({ ...shape, keyHeads: 1 }, { seed: 1 }), batch: { ids } },
  bert: { make: () => bert({ ...shape, dropout: 0 }, { seed: 1 }), batch: masked },
}

it.each(Object.keys(cases))('%s learns one batch by heart', name => {
  const { make, batch } = cases[name]!
  const model = make()
  const training = trainer({ model, seed: 1, schedule: () => 1e-2, weightDecay: 0 })
  const rows = labelledBatch({ ...batch, rows: 2 })
  let loss = Number.POSITIVE_INFINITY
  while (loss >= 0.01 && training.step < 300) loss = training.train(rows).loss
  expect(loss, `after ${training.step} steps`).toBeLessThan(0.01)
  training.dispose()
  model.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
