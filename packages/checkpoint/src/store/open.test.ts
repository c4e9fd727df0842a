import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { snapshotOf } from '../testing/snapshots.ts'
import { sameBytes } from '../testing/tensors.ts'
import { openCheckpoint } from './open.ts'
import type { Format } from './write.ts'
import { writeCheckpoint } from './write.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterEach(() => rm(dir, { recursive: true }))

const snapshot = snapshotOf(7)
const write = async (formats: readonly Format[]) => {
  const files = new Map([['config.json', '{"a":1}']])
  return (await writeCheckpoint(dir, { snapshot, cursor: {}, state: {}, formats: [...formats], files })).path
}
const faultOf = async (promise: Promise<unknown>) => {
  const error = (await promise.catch(error => error)) as Error
  return `${error.name}: ${error}`.replaceAll('\\', '/').replaceAll(dir.replaceAll('\\', '/'), '')
}

it.each([['safetensors'], ['parquet']] as const)('gives single tensors of %s', async format => {
  const open = await openCheckpoint(await write([format]))
  expect(open.step).toBe(7)
  expect(open.trainer).toEqual(snapshot.trainer)
  expect(Object.fromEntries(open.shapes)).toEqual({ 'a.weight': [2, 2], 'a.bias': [2] })
  for (const [name, tensor] of snapshot.weights) sameBytes(await open.tensor(name), tensor)
  expect(await open.file('config.json')).toBe('{"a":1}')
  expect(await faultOf(open.tensor('b'))).toBe('StateError: /step-000007: this checkpoint has no tensor b')
  expect(await faultOf(open.file('b'))).toBe('StateError: /step-000007: this checkpoint has no b')
})

it('reads the tensor that is asked for, and does not look at the others', async () => {
  const path = await write(['safetensors'])
  const open = await openCheckpoint(path)
  const file = join(path, 'model.safetensors')
  await truncate(file, 300)
  expect(await faultOf(open.tensor('a.bias'))).toMatch(
    /^DataError: \/step-000007\/model\.safetensors: had \d+ bytes, now 300$/,
  )
  expect(await faultOf(openCheckpoint(path))).toMatch(
    /model\.safetensors: the file is damaged: expected \d+ bytes, found 300; the checkpoint cannot be used any more/,
  )
})

it('compares small files with their sums', async () => {
  const path = await write(['safetensors'])
  const open = await openCheckpoint(path)
  await writeFile(join(path, 'config.json'), '{"a":2}')
  expect(await faultOf(open.file('config.json'))).toMatch(/the file is damaged: its SHA-256 is not the one in manifest/)
  await rm(join(path, 'DONE'))
  expect(await faultOf(openCheckpoint(path))).toMatch(/^StateError: \/step-000007: not a complete checkpoint/)
})
