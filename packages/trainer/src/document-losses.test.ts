import { chooseBackend } from '@sluice/compute'
import { blocksBatch } from '@sluice/pipeline'
import { gpt2 } from '@sluice/transformer'
import { expect, it } from 'vitest'
import { type DocumentLoss, documentLosses } from './document-losses.ts'
import { evaluate } from './evaluate.ts'
import { countingBatch, evaluationSet } from './testing/batches.ts'
import { drive } from './testing/drive.ts'
import { train } from './train.ts'
import { trainer } from './trainer.ts'

const span = (source: string, doc_id: string, start: number, length: number) => ({
  source,
  doc_id,
  start,
  length,
  bytes: length,
})
// Rows of four: a a b b | b . c c, where nothing covers the dot.
const batch = blocksBatch({
  width: 4,
  ids: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  spans: [span('x', 'a', 0, 2), span('x', 'b', 2, 2), span('x', 'b', 0, 1), span('y', 'c', 2, 2)],
  spanOffsets: Int32Array.of(0, 2, 4),
})

it('adds up stretches by document and by source', () => {
  const gathered = documentLosses()
  gathered.add(batch, 4, Float32Array.of(1, 2, 3, 9, 4, 5), Int32Array.of(1, 2, 3, 5, 6, 7))
  gathered.add(batch, 4, Float32Array.of(7), Int32Array.of(4))
  expect(gathered.documents()).toEqual([
    { source: 'x', doc_id: 'a', tokens: 1, loss: 1 },
    { source: 'x', doc_id: 'b', tokens: 3, loss: 4 },
    { source: 'y', doc_id: 'c', tokens: 2, loss: 4.5 },
  ])
  expect(gathered.sources()).toEqual({ x: 13 / 4, y: 4.5 })
})

it('is told of every step, in parts too, and agrees with its loss', async () => {
  await chooseBackend('cpu')
  const model = gpt2({ vocabSize: 13, blockSize: 8, layers: 1, width: 8, heads: 2 }, { seed: 1 })
  const told: [number, readonly DocumentLoss[]][] = []
  const blame = (step: number, documents: readonly DocumentLoss[]) => told.push([step, documents])
  const training = trainer({ model, seed: 1, schedule: () => 1e-2, blame })
  const metrics = [
    training.train(countingBatch({ index: 0, rows: 3 })),
    training.train(countingBatch({ index: 1 }), countingBatch({ index: 2 })),
  ]
  expect(told.map(([step, documents]) => [step, ...documents.map(({ doc_id }) => doc_id)])).toEqual([
    [1, '0-0', '0-1', '0-2'],
    [2, '1-0', '1-1', '2-0', '2-1'],
  ])
  told.forEach(([, documents], i) => {
    expect(documents.every(({ tokens, source }) => tokens === 8 && source === 'counting')).toBe(true)
    const mean = documents.reduce((sum, { loss }) => sum + loss, 0) / documents.length
    expect(mean).toBeCloseTo(metrics[i]!.loss, 5)
  })
  training.dispose()

  // And so is an evaluation.
  const width = 9
  const sources = ['x', 'y'].map((source, row) => span(source, 'a', 0, 9 - row))
  const ids = Int32Array.from({ length: 18 }, (_, i) => i % 13)
  const two = blocksBatch({ width, ids, spans: sources, spanOffsets: Int32Array.of(0, 1, 2) })
  const set = evaluationSet([two])
  const [whole, ...parts] = await Promise.all([
    evaluate(model, set),
    evaluate(model, evaluationSet([two.slice(0, 1)])),
    evaluate(model, evaluationSet([two.slice(1, 2)])),
  ])
  expect(whole.sources.x).toBeCloseTo(parts[0]!.loss, 6)
  // Of the second row nothing covers the last token.
  expect(parts[1]!.sources).toEqual({ y: expect.any(Number) })
  const { events } = await drive(train({ model, steps: 1, learningRate: 1, evaluation: set }), [])
  expect(events[0]).toMatchObject({
    type: 'evaluation',
    values: { 'loss.x': expect.any(Number), 'loss.y': whole.sources.y },
  })
  model.dispose()
})
