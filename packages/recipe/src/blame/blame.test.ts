import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replayStep } from '../replay.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from '../testing/tiny.ts'
import { blameDocuments, readBlame } from './blame.ts'
import { blameFiles, blameLog } from './log.ts'

const config = { train: { ...tinyConfig.train, blame: true, accumulate: 2 } }
const fault = (of: Promise<unknown>) => of.catch(error => `${error.name}: ${error}`)

test('a run keeps the losses of documents, resumed or not, and its batches can be made again', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { ...config, sources: [{ use: 'text', path: 'corpus/*.txt' }] })
  const whole = join(folder, 'whole')
  await runTiny(file, { runsDir: whole })
  const run = join(whole, 'tiny')
  const rows = await readBlame(run)
  expect([...new Set(rows.map(({ step }) => step))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(blameFiles(join(run, 'blame')).map(({ last }) => last)).toEqual([2, 4, 8])

  // They are those of the steps: their mean is the step's loss, their targets the step's.
  const metrics = (await readFile(join(run, 'metrics.jsonl'), 'utf8'))
    .split('\n')
    .filter(line => line.includes('"metric"'))
  for (const { step, values } of metrics.map(line => JSON.parse(line))) {
    const own = rows.filter(row => row.step === step)
    const tokens = own.reduce((sum, row) => sum + row.tokens, 0)
    expect(tokens).toBe(values.tokens)
    expect(own.reduce((sum, row) => sum + row.tokens * row.loss, 0) / tokens).toBeCloseTo(values.loss, 4)
  }

  // Stopped after a step that no checkpoint was due at, and gone on with.
  const parts = join(folder, 'parts')
  const stop = new AbortController()
  await runTiny(file, { runsDir: parts, signal: stop.signal }, event => {
    if (event.type === 'metric' && event.step === 5) stop.abort()
  })
  await runTiny(file, { runsDir: parts, mode: 'resume' })
  expect(await readBlame(join(parts, 'tiny'))).toEqual(rows)

  // The batch of a step, made again from the beginning or from a checkpoint, is of those documents.
  for (const step of [1, 4, 5, 7]) {
    const replayed = await replayStep({ path: run, step })
    expect(replayed.from).toBe(step > 4 ? 4 : 0)
    expect(replayed.rows).toHaveLength(8)
    const named = new Set(replayed.rows.flatMap(({ spans }) => spans.map(({ doc_id }) => doc_id)))
    expect([...named].sort()).toEqual(rows.flatMap(row => (row.step === step ? [row.doc_id] : [])).sort())
    expect(replayed.rows[0]!.spans[0]!.text.length).toBeGreaterThan(10)
    // A run stopped in between has a checkpoint nearer by.
    const other = await replayStep({ path: join(parts, 'tiny'), step })
    expect(other.rows).toEqual(replayed.rows)
  }
  expect(await fault(replayStep({ path: run, step: 0 }))).toBe('ConfigError: steps are 1, 2, 3 …, not 0')

  const [worst] = await blameDocuments({ path: run, step: 3, top: 1 })
  const losses = rows.filter(({ step }) => step === 3).map(({ loss }) => loss)
  expect(worst).toMatchObject({ loss: Math.max(...losses), steps: [3] })
  expect(await fault(blameDocuments({ path: run, step: 9 }))).toBe(
    `StateError: ${run}: holds no losses of step 9; steps are kept with the checkpoint after them; name another step`,
  )
})

test('a document is measured against its steps', async () => {
  const path = await scratch()
  const log = blameLog({ dir: join(path, 'blame') })
  const row = (doc_id: string, loss: number, tokens = 1) => ({ doc_id, source: 's', loss, tokens })
  log.add(1, [row('early', 9), row('other', 8, 3)])
  log.flush()
  log.flush()
  log.add(2, [row('late', 4), row('other', 2, 3)])
  log.add(3, [row('odd', Number.NaN), row('early', 1)])
  log.flush()
  expect(await blameDocuments({ path, top: 3 })).toEqual([
    { doc_id: 'odd', source: 's', tokens: 1, loss: Number.NaN, excess: Number.NaN, steps: [3] },
    { doc_id: 'late', source: 's', tokens: 1, loss: 4, excess: 1.5, steps: [2] },
    { doc_id: 'early', source: 's', tokens: 2, loss: 5, excess: 0.375, steps: [1, 3] },
  ])
  blameLog({ dir: join(path, 'blame'), after: 1 })
  expect(blameFiles(join(path, 'blame')).map(({ last }) => last)).toEqual([1])
})

test('says what is missing', async () => {
  const path = await scratch()
  expect(await fault(blameDocuments({ path }))).toBe(
    `StateError: ${path}: keeps no losses of documents; train it with "blame": true in train`,
  )
  expect(await fault(replayStep({ path, step: 1 }))).toBe(
    `StateError: ${path}: holds no checkpoint; train first: pipeline run <config>`,
  )
  expect(await fault(replayStep({ path: join(path, 'x'), step: 1 }))).toBe(
    `StateError: ${join(path, 'x')}: there is no such run; name the folder of a run, such as runs/quickstart`,
  )
})
