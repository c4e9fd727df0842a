import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tf } from '@sluice/compute'
import { expect, test } from 'vitest'
import { inspect } from '../inspect/inspections.ts'
import { openRun } from '../inspect/open-run.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from '../testing/tiny.ts'
import { openTrained } from '../trained.ts'
import { boundsOf } from './bounds.ts'
import { lookInside } from './look-inside.ts'

test('it asks what the page asks, of the model in memory, and leaves nothing behind', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { train: { ...tinyConfig.train, blame: true } })
  const { summary } = await runTiny(file, { runsDir: join(folder, 'runs') })
  const { model } = await openTrained({ path: summary.path, backend: 'cpu' })
  const before = tf.memory().numTensors
  const run = await openRun(summary.path, { held: { model, step: 8 }, keep: 0 })
  const inside = await lookInside(run, { backend: 'cpu' })
  run.dispose()
  expect(tf.memory().numTensors).toBe(before)
  model.dispose()

  const other = await openRun(summary.path, { backend: 'cpu' })
  const text = inside.tokens!.tokens.map(token => token.text).join('')
  expect(inside.leftOut).toEqual([])
  expect(inside.attention).toEqual(await inspect(other, 'attention', { text, limit: 16 }))
  expect(inside.lens).toEqual(await inspect(other, 'lens', { text, tokens: 16, limit: 1 }))
  expect(inside.map!.last).toEqual(await inspect(other, 'embeddings', { limit: 1500 }))
  expect(inside.map!.first).toEqual(await inspect(other, 'embeddings', { limit: 1500, step: 0 }))
  expect(inside.positions).toEqual(await inspect(other, 'positions', { limit: 64 }))
  expect(inside.heads).toEqual(await inspect(other, 'heads', { limit: 1024 }))
  expect(inside.weights).toEqual(await inspect(other, 'weights', {}))
  expect(inside.ablation).toEqual(await inspect(other, 'ablate', { limit: 2048 }))
  expect(inside.blame).toEqual(await inspect(other, 'blame', { limit: 8 }))
  other.dispose()
})

test.each([
  ['llama', {}],
  ['bert', { tokenizer: { use: 'wordpiece', vocabSize: 300 } }],
])('the report of a %s has them, too', async (use, changes) => {
  const folder = await scratch()
  const model = { use, layers: 1, width: 16, heads: 2 }
  const { summary } = await runTiny(await writeTiny(folder, { ...changes, model }), { runsDir: join(folder, 'runs') })
  const report = await readFile(summary.report!, 'utf8')
  for (const title of ['What heads look at', 'How a prediction grows', 'Where knowledge sits']) {
    expect(report).toContain(`<h3>${title}</h3>`)
  }
  expect(report).not.toContain('What is not shown')
})

test('what is missing or damaged is told of, and the rest is there', async () => {
  const folder = await scratch()
  const { summary } = await runTiny(await writeTiny(folder), { runsDir: join(folder, 'runs') })
  const run = await openRun(summary.path, { backend: 'cpu' })
  const broken = { ...run, model: () => Promise.reject(new Error('no model today')) }
  const inside = await lookInside(broken, { backend: 'cpu' })
  expect(inside.leftOut).toEqual([
    'What heads look at: no model today',
    'How a prediction grows: no model today',
    'What each head does most: no model today',
    'Where knowledge sits: no model today',
  ])
  expect(inside.map!.last.step).toBe(8)
  const none = { ...run, tokenizer: () => Promise.reject(new Error('no tokenizer today')) }
  expect(await lookInside(none, { backend: 'cpu' })).toEqual({ leftOut: ['All of it: no tokenizer today'] })
  run.dispose()
})

test('what a picture may take is bounded by the size of the model', () => {
  const small = { parameters: 124e6, vocabSize: 50_257, width: 768, layers: 12, blockSize: 1024 }
  const bounds = boundsOf({ ...small, backend: 'native' })
  expect([bounds.reads(16), bounds.map, bounds.snapshots, bounds.ablated(17), bounds.judged]).toEqual([
    true,
    true,
    8,
    0,
    0,
  ])
  // On plain JavaScript nothing that passes through its layers.
  expect(boundsOf({ ...small, backend: 'cpu' }).reads(16)).toBe(false)
  const large = boundsOf({
    parameters: 8e9,
    vocabSize: 128_256,
    width: 4096,
    layers: 32,
    blockSize: 8192,
    backend: 'native',
  })
  expect([large.reads(16), large.map, large.snapshots, large.ablated(37), large.judged]).toEqual([
    false,
    false,
    0,
    0,
    0,
  ])
  const quickstart = boundsOf({
    parameters: 3.7e6,
    vocabSize: 2048,
    width: 256,
    layers: 4,
    blockSize: 128,
    backend: 'native',
  })
  expect([quickstart.ablated(9), quickstart.judged]).toEqual([2048, 1024])
})
