import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StorageError } from '@sluice/pipeline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeFiles } from '../files/node.ts'
import { asContent, rebuiltError, sentError } from './messages.ts'
import { readCheckpoint } from './read.ts'
import type { CheckpointContent } from './write.ts'
import { writerHere } from './writer.ts'

const built = new URL('../../dist/store/writer.js', import.meta.url)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-writer-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const content = (step: number): CheckpointContent => {
  const tensor = (name: string, size: number) =>
    [name, { name, dtype: 'float32', shape: [size], data: new Float32Array(size).fill(step) }] as const
  return {
    snapshot: {
      step,
      weights: new Map([tensor('a', 5), tensor('b', 70_000)]),
      optimizer: new Map([tensor('m', 5)]),
      trainer: { step },
    },
    cursor: { books: { file: 1 } },
    formats: ['safetensors', 'parquet'],
    files: new Map([['config.json', '{}']]),
    stages: new Map([['dedup', [Uint8Array.of(1, 2), Uint8Array.of(3)]]]),
  }
}
const keeping = { keep: 2, early: new Set([0]) }

it('writes, one after another, and keeps the last', async () => {
  const writer = writerHere(nodeFiles)
  for (const step of [0, 1, 2, 3]) {
    const { path, bytes } = await writer.write(folder, content(step), keeping)
    expect(bytes).toBeGreaterThan(500_000)
    const read = await readCheckpoint(path)
    expect(read.step).toBe(step)
    expect(read.cursor).toEqual({ books: { file: 1 } })
    expect([...(read.weights.get('b')!.data as Float32Array).subarray(0, 2)]).toEqual([step, step])
  }
  const there = [0, 1, 2, 3].map(step => existsSync(join(folder, `step-00000${step}`, 'DONE')))
  expect(there).toEqual([true, false, true, true])
})

it("sends memory that is the tensor's alone, and copies views", () => {
  const whole = new Float32Array(4)
  const part = new Float32Array(8).subarray(2, 4)
  const tensor = (name: string, data: Float32Array) => ({ name, dtype: 'float32' as const, shape: [data.length], data })
  const weights = new Map([
    ['whole', tensor('whole', whole)],
    ['part', tensor('part', part)],
  ])
  const { transfer, message } = asContent({ ...content(1), snapshot: { step: 1, weights, trainer: {} } })
  expect(transfer).toEqual([whole.buffer])
  expect(structuredClone(message).stages!.get('dedup')).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)])
})

it('gives an error back as what it was', () => {
  const error = new StorageError('no space', { file: 'a', advice: 'free some', cause: 1 })
  const back = rebuiltError(structuredClone(sentError(error)))
  expect(back).toBeInstanceOf(StorageError)
  expect([String(back), back.stack]).toEqual([String(error), error.stack])
  expect(rebuiltError(structuredClone(sentError(new TypeError('x'))))).not.toBeInstanceOf(StorageError)
})

// The thread loads JavaScript, so it is tried as built, in a process without this one's conditions.
it.skipIf(!existsSync(built))('writes on a thread of its own, and passes on what went wrong', async () => {
  await writeFile(join(folder, 'file'), '')
  const script = `
    import { writerBeside } from ${JSON.stringify(built.href)}
    const writer = writerBeside()
    const data = new Float32Array(70000).fill(7)
    const content = {
      snapshot: { step: 7, weights: new Map([['a', { name: 'a', dtype: 'float32', shape: [70000], data }]]), trainer: {} },
      cursor: {}, formats: ['safetensors'],
    }
    const keeping = { keep: 1, early: new Set() }
    const { path } = await writer.write(${JSON.stringify(folder)}, content, keeping)
    const taken = data.length
    const again = { ...content, snapshot: { ...content.snapshot, weights: new Map() } }
    const error = await writer.write(${JSON.stringify(join(folder, 'file', 'runs'))}, again, keeping).catch(error => error)
    console.log(JSON.stringify({ path, taken, name: error.name, message: String(error) }))
    // Nothing is closed: a writer at rest keeps no process alive.`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const { path, taken, name, message } = JSON.parse(stdout)
  expect([taken, name]).toEqual([0, 'StorageError'])
  expect(message).toContain('the checkpoint of step 7 could not be written')
  const { weights } = await readCheckpoint(path)
  expect((weights.get('a')!.data as Float32Array)[69_999]).toBe(7)
})
