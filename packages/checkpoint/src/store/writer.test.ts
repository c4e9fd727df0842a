import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError, threadProgram } from '@sluice/pipeline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeFiles } from '../files/node.ts'
import { asContent } from './messages.ts'
import { readCheckpoint } from './read.ts'
import type { CheckpointContent } from './write.ts'
import { writerBeside, writerHere } from './writer.ts'

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

it('writes on a thread of its own, and passes on what went wrong', async () => {
  await writeFile(join(folder, 'file'), '')
  const writer = writerBeside(threadProgram(import.meta.url, './worker'))
  const data = new Float32Array(70_000).fill(7)
  const weights = new Map([['a', { name: 'a', dtype: 'float32' as const, shape: [70_000], data }]])
  const given = { snapshot: { step: 7, weights, trainer: {} }, cursor: {}, formats: ['safetensors' as const] }
  const keeping = { keep: 1, early: new Set<number>() }
  const { path } = await writer.write(folder, given, keeping)
  expect(data.length).toBe(0)
  const again = { ...given, snapshot: { ...given.snapshot, weights: new Map() } }
  const failed = await writer.write(join(folder, 'file', 'runs'), again, keeping).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(StorageError)
  expect(String(failed)).toContain('the checkpoint of step 7 could not be written')
  await writer.close()
  const read = await readCheckpoint(path)
  expect((read.weights.get('a')!.data as Float32Array)[69_999]).toBe(7)
})
