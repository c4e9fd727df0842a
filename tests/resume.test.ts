import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpoint, latestCheckpoint, readCheckpoint } from '@sluice/checkpoint'
import { chooseBackend } from '@sluice/compute'
import {
  defineSource,
  documentsBatch,
  documentsSchema,
  mix,
  randomStream,
  repeat,
  run,
  type Source,
} from '@sluice/pipeline'
import { batch, pack, shuffle, type Tokenizer, tokenize, trainBpe } from '@sluice/tokenize'
import { train } from '@sluice/trainer'
import { gpt2 } from '@sluice/transformer'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The whole chain (mix, tokenize, pack, shuffle, batch, train with dropout, checkpoint), stopped anywhere and gone on with
// from what its checkpoint says, must do what it would have done: equal losses, equal weights, bit for bit.

const steps = 14
const blockSize = 16
const words = 'the a whale sea ship captain old white man boat water said upon like one deep over never'.split(' ')

let dir: string
let tokenizer: Tokenizer
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-resume-'))
  tokenizer = await trainBpe([text('train', 0, 2000)], { vocabSize: 300 })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

function text(name: string, index: number, count: number): string {
  const random = randomStream(index, name)
  return Array.from({ length: count }, (_, i) => words[random.below(i, words.length)]).join(' ')
}

function tales(id: string, documents: number): Source {
  return defineSource({
    id,
    schema: documentsSchema,
    async *read(from) {
      for (let i = Number(from ?? 0); i < documents; i++) {
        yield { batch: documentsBatch([{ id: `${id}-${i}`, text: text(id, i, 20 + i), source: id }]), position: i + 1 }
      }
    },
  })
}

async function training({ name, stopAfter = Number.POSITIVE_INFINITY }: { name: string; stopAfter?: number }) {
  const folder = join(dir, name)
  const latest = await latestCheckpoint(folder, { resumable: true })
  const resumed = latest === undefined ? undefined : await readCheckpoint(latest)
  const { backend } = await chooseBackend('auto', { precision: 'f32' })
  const model = gpt2(
    { vocabSize: tokenizer.vocabSize, blockSize, layers: 1, width: 16, heads: 2, dropout: 0.1 },
    { seed: 3 },
  )
  const losses: number[] = []
  const running = run({
    source: mix({
      sources: [
        { source: repeat(tales('sea', 5)), weight: 2 },
        { source: repeat(tales('land', 3)), weight: 1 },
      ],
      unit: 'bytes',
    }),
    stages: [
      tokenize({ tokenizer }),
      pack({ blockSize, endOfText: tokenizer.endOfText }),
      shuffle({ window: 20 * (blockSize + 1) * 12 }),
      batch({ batchSize: 3 }),
      train({ model, backend, steps, learningRate: 1e-2, warmup: 2, ...(resumed ? { resume: resumed } : {}) }),
    ],
    sink: checkpoint({ dir: folder, every: 5, formats: ['safetensors', 'parquet'] }),
    seed: 3,
    ...(resumed ? { from: resumed.cursor } : {}),
  })
  running.events$.subscribe(event => {
    if (event.type !== 'metric') return
    losses[event.step] = event.values.loss!
    if (event.step === stopAfter) running.stop()
  })
  const { outcome } = await running.done
  const weights = model.weights()
  model.dispose()
  return { losses, weights, outcome }
}

test('a run that is stopped anywhere and resumed equals one that never stopped', async () => {
  const whole = await training({ name: 'whole' })
  expect(whole.outcome).toBe('finished')
  expect(whole.losses.slice(1)).toHaveLength(steps)

  for (const stopAfter of [1, 4, 5, 9, 13]) {
    const name = `stopped-${stopAfter}`
    const first = await training({ name, stopAfter })
    expect(first.outcome).toBe('stopped')
    const second = await training({ name })
    expect(second.outcome).toBe('finished')
    expect(first.losses.slice(0, stopAfter + 1)).toEqual(whole.losses.slice(0, stopAfter + 1))
    for (let step = stopAfter + 1; step <= steps; step++) {
      expect(second.losses[step] ?? first.losses[step], `step ${step} after stopping at ${stopAfter}`).toBe(
        whole.losses[step],
      )
    }
    for (const [tensor, { data }] of whole.weights) expect(second.weights.get(tensor)!.data, tensor).toEqual(data)
  }
})
