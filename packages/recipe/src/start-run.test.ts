import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { readEvents } from './log.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'

/** What a resumed run must repeat to the bit: everything but the clock. */
async function curve(runsDir: string) {
  const events = await readEvents(join(runsDir, 'tiny', 'metrics.jsonl'))
  return events.flatMap(event => {
    if (event.type !== 'metric' && event.type !== 'evaluation') return []
    const { seconds, tokens_per_second, data_stall, ...values } = event.values
    return [{ type: event.type, step: event.step, values }]
  })
}

const last = 'tiny/checkpoints/step-000008'
const weights = (runsDir: string) => readFile(join(runsDir, last, 'model.safetensors'))
const state = async (runsDir: string) => JSON.parse(await readFile(join(runsDir, last, 'state.json'), 'utf8'))

test('a config becomes a trained model in a run folder', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  const { summary, events } = await runTiny(await writeTiny(folder), { runsDir })

  expect(summary).toMatchObject({ outcome: 'finished', name: 'tiny', step: 8, steps: 8, tokens: 8 * 4 * 16 })
  expect(summary.path).toBe(join(runsDir, 'tiny'))
  expect(summary.evaluations.map(({ step }) => step)).toEqual([0, 4, 8])
  expect(summary.evaluations.at(-1)!.loss).toBeLessThan(summary.baselines!.uniform)
  const groups = ['embeddings', 'positions', 'norms', 'attention', 'feed-forward']
  expect(summary.changes.map(({ group }) => group).sort()).toEqual(groups.sort())
  for (const { distance, gradNorm } of summary.changes) expect(Math.min(distance, gradNorm!)).toBeGreaterThan(0)
  const report = await readFile(summary.report!, 'utf8')
  expect(report).toContain('<h1>tiny</h1>')
  const pictures = ['How text is cut', 'A map of the vocabulary', 'Where a token stands', 'What heads look at']
  const more = ['How a prediction grows', 'How far weights moved', 'Where knowledge sits', 'What training changed']
  for (const title of [...pictures, ...more]) expect(report).toMatch(new RegExp(`<h[23]>${title}</h[23]>`))
  expect(report).not.toContain('What is not shown')
  expect(summary.sample).toMatchObject({ step: 8, prompt: '' })

  const files = await readdir(join(runsDir, 'tiny'))
  expect(files).toEqual(
    expect.arrayContaining(['config.json', 'eval.arrow', 'metrics.jsonl', 'samples.txt', 'tokenizer.json']),
  )
  expect(files).not.toContain('lock')
  const steps = (await readdir(join(runsDir, 'tiny/checkpoints'))).sort()
  expect(steps).toEqual(['step-000000', 'step-000002', 'step-000004', 'step-000008'])
  expect(await readdir(join(runsDir, last))).toEqual(
    expect.arrayContaining(['model.safetensors', 'config.json', 'generation_config.json', 'tokenizer.json', 'DONE']),
  )
  expect(await readFile(join(runsDir, 'tiny/samples.txt'), 'utf8')).toMatch(/^── step 0 ──\n[\s\S]+\n\n── step 8 ──\n/)

  const preparing = events.filter(event => event.type === 'preparing').map(event => event.what)
  expect([...new Set(preparing)]).toEqual(['tokenizer', 'evaluation'])
  const { values } = events.find(event => event.type === 'note' && event.stage === 'recipe') as RunEvent & {
    type: 'note'
  }
  expect(values).toMatchObject({ steps: 8, backend: 'cpu', vocabSize: 300 })
  const log = await readEvents(join(runsDir, 'tiny', 'metrics.jsonl'))
  expect(log.filter(({ type }) => type === 'bottleneck')).toEqual([
    expect.objectContaining({ busy: expect.any(Number), message: expect.stringContaining(' is the bottleneck') }),
  ])
  expect((await curve(runsDir)).map(({ type, step }) => `${type} ${step}`)).toEqual([
    'evaluation 0',
    ...[1, 2, 3, 4].map(step => `metric ${step}`),
    'evaluation 4',
    ...[5, 6, 7, 8].map(step => `metric ${step}`),
    'evaluation 8',
  ])
})

test('a run that is stopped, or dies, goes on exactly where its checkpoint stood', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder)
  const [whole, halved] = [join(folder, 'whole'), join(folder, 'halved')]
  await runTiny(file, { runsDir: whole })

  const stop = new AbortController()
  const first = await runTiny(file, { runsDir: halved, signal: stop.signal }, event => {
    if (event.type === 'metric' && event.step === 5) stop.abort()
  })
  expect(first.summary).toMatchObject({ outcome: 'stopped', step: 5, steps: 8 })
  const second = await runTiny(file, { runsDir: halved, mode: 'resume' })
  expect(second.summary).toMatchObject({ outcome: 'finished', step: 8, tokens: 8 * 4 * 16 })
  expect(await curve(halved)).toEqual(await curve(whole))
  expect(await weights(halved)).toEqual(await weights(whole))
  expect((await state(halved)).cursor).toEqual((await state(whole)).cursor)

  // Died: the log and a checkpoint that was never done are further than the latest checkpoint.
  const died = join(folder, 'died')
  await cp(whole, died, { recursive: true })
  await rm(join(died, last, 'DONE'))
  await runTiny(file, { runsDir: died, mode: 'resume' })
  expect(await curve(died)).toEqual(await curve(whole))
  expect(await weights(died)).toEqual(await weights(whole))
})

test('a finished run goes on when it is given more steps', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  await runTiny(await writeTiny(folder), { runsDir })
  await expect(runTiny(join(folder, 'config.json'), { runsDir, mode: 'resume' })).rejects.toMatchObject({
    exitCode: 2,
    message: 'the run is at step 8, train.steps is 8: nothing is left to do',
  })
  const more = await writeTiny(folder, { train: { ...tinyConfig.train, steps: 10, learningRate: 5e-3 } })
  const { summary, events } = await runTiny(more, { runsDir, mode: 'resume' })
  expect(summary).toMatchObject({ step: 10, steps: 10, tokens: 10 * 4 * 16 })
  expect(events).toContainEqual({
    type: 'warning',
    stage: 'resume',
    message: 'train.learningRate is 0.005 now, it was 0.01',
  })
  const metrics = (await curve(runsDir)).filter(({ type }) => type === 'metric').map(({ step }) => step)
  expect(metrics).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('under another backend a run goes on with the variant it began with, and says so', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  const variants = { perBackend: { cpu: { data: { batchSize: 2 } }, wasm: { data: { batchSize: 3 } } } }
  const train = { ...tinyConfig.train, steps: 3 }
  await runTiny(await writeTiny(folder, { ...variants, train }), { runsDir })
  const other = await writeTiny(folder, { ...variants, train: { ...train, steps: 5, backend: 'wasm' } })
  const { summary, events } = await runTiny(other, { runsDir, mode: 'resume' })
  expect(summary).toMatchObject({ step: 5, tokens: 5 * 2 * 16 })
  expect(events.filter(event => event.type === 'warning')).toEqual([
    { type: 'warning', stage: 'train', message: expect.stringMatching(/^the checkpoint was made on cpu, /) },
  ])
})

test('a checkpoint of another model is refused, and the run is left as it is', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  await runTiny(await writeTiny(folder, { train: { ...tinyConfig.train, steps: 4 } }), { runsDir })
  const before = await curve(runsDir)
  const wider = await writeTiny(folder, { model: { ...tinyConfig.model, width: 32 } })
  await expect(runTiny(wider, { runsDir, mode: 'resume' })).rejects.toMatchObject({
    exitCode: 2,
    message: 'model.width is 32 in the config, 16 in the checkpoint',
    file: join(runsDir, 'tiny/checkpoints/step-000004'),
  })
  expect(await curve(runsDir)).toEqual(before)
})

test('text that ends before the steps do ends the run with a word about it', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { mix: { epochs: 1 }, train: { ...tinyConfig.train, steps: 1000 } })
  await writeFile(join(folder, 'corpus', 'a.txt'), 'so few words\n'.repeat(40))
  await rm(join(folder, 'corpus', 'b.txt'))
  const { summary } = await runTiny(file, { runsDir: join(folder, 'runs') })
  expect(summary.outcome).toBe('finished')
  expect(summary.step).toBeLessThan(100)
  expect(summary.notes).toContain(
    `data: the text ended after step ${summary.step} of 1000: 1 epoch gave no more; raise mix.epochs to go on`,
  )
})

test('a run that cannot begin leaves nothing behind, and replaces nothing', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  const file = await writeTiny(folder, { train: { ...tinyConfig.train, steps: 1 } })
  await runTiny(file, { runsDir })
  await rm(join(folder, 'corpus'), { recursive: true })
  await expect(runTiny(file, { runsDir, mode: 'overwrite' })).rejects.toThrow()
  expect(await readdir(join(runsDir, 'tiny'))).toContain('metrics.jsonl')

  const short = await writeTiny(folder, { name: 'short', data: { ...tinyConfig.data, blockSize: 100_000 } })
  await expect(runTiny(short, { runsDir })).rejects.toMatchObject({
    exitCode: 1,
    place: 'data.blockSize',
    message: expect.stringMatching(/^the training part of the corpus holds \d+ tokens, one block needs 100001$/),
  })
  expect(await readdir(runsDir)).toEqual(['tiny'])
})

test('stopped before it began, a run has done nothing', async () => {
  const folder = await scratch()
  const stop = new AbortController()
  stop.abort()
  const runsDir = join(folder, 'runs')
  const { summary } = await runTiny(await writeTiny(folder), { runsDir, signal: stop.signal })
  expect(summary).toMatchObject({ outcome: 'stopped', step: 0, steps: 8 })
  await expect(readdir(runsDir)).rejects.toThrow(/ENOENT/)

  await runTiny(join(folder, 'config.json'), { runsDir })
  const before = await curve(runsDir)
  const more = await writeTiny(folder, { train: { ...tinyConfig.train, steps: 9 } })
  const resumed = await runTiny(more, { runsDir, mode: 'resume', signal: stop.signal })
  expect(resumed.summary).toMatchObject({ outcome: 'stopped', step: 0 })
  expect(await curve(runsDir)).toEqual(before)
})

test('of what a run has lost, the evaluation set is made again, and the tokenizer lies in its checkpoints', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  const file = await writeTiny(folder)
  const own = (name: string) => join(runsDir, 'tiny', name)
  await runTiny(file, { runsDir })
  await writeTiny(folder, { train: { ...tinyConfig.train, steps: 9 } })
  const set = await readFile(own('eval.arrow'))
  const tokenizer = await readFile(own('tokenizer.json'))

  await writeFile(own('eval.arrow'), 'no longer')
  const advice = 'remove it, and go on with --resume: it is made again'
  await expect(runTiny(file, { runsDir, mode: 'resume' })).rejects.toMatchObject({ file: own('eval.arrow'), advice })
  await rm(own('eval.arrow'))
  await rm(own('tokenizer.json'))
  await expect(runTiny(file, { runsDir, mode: 'resume' })).rejects.toMatchObject({
    message: "the run's tokenizer cannot be read: there is no such file or folder",
    advice: 'each of its checkpoints has a copy: put that there',
  })
  await cp(join(runsDir, last, 'tokenizer.json'), own('tokenizer.json'))
  expect((await runTiny(file, { runsDir, mode: 'resume' })).summary).toMatchObject({ outcome: 'finished', step: 9 })
  expect(await readFile(own('eval.arrow'))).toEqual(set)
  expect(JSON.parse(await readFile(own('tokenizer.json'), 'utf8'))).toEqual(JSON.parse(tokenizer.toString()))
})
