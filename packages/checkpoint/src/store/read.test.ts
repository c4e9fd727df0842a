import { mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SluiceError } from '@sluice/pipeline'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sumOf } from '../files/checksum.ts'
import { snapshotOf } from '../testing/snapshots.ts'
import { sameBytes } from '../testing/tensors.ts'
import { latestCheckpoint, listCheckpoints } from './list.ts'
import { type ReadOptions, readCheckpoint, verifyCheckpoint } from './read.ts'
import { type CheckpointContent, writeCheckpoint } from './write.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterEach(() => rm(dir, { recursive: true }))

const content: CheckpointContent = {
  snapshot: snapshotOf(200),
  cursor: { books: { file: 1, byte: 2 ** 40 }, pack: { skip: 3 } },
  state: { metrics: 4096, seed: 1 },
  formats: ['safetensors', 'parquet'],
  files: new Map<string, string | Uint8Array>([
    ['config.json', '{"model_type":"gpt2"}'],
    ['merges.txt', Buffer.from('é x')],
  ]),
}

async function faultOf(path: string, options: ReadOptions = {}): Promise<string> {
  const error = await readCheckpoint(path, options).catch(error => error)
  expect(error).toBeInstanceOf(SluiceError)
  return `${error.name}: ${error}`.replaceAll('\\', '/').replaceAll(dir.replaceAll('\\', '/'), '')
}

/** Changes a file and what vouches for it, as a writer with other ideas would. */
async function rewrite(path: string, name: string, edit: (text: string) => string): Promise<void> {
  const text = edit(await readFile(join(path, name), 'utf8'))
  await writeFile(join(path, name), text)
  if (name !== 'manifest.json') {
    await rewrite(path, 'manifest.json', manifest => {
      const json = JSON.parse(manifest)
      json.files[name] = sumOf(Buffer.from(text))
      return JSON.stringify(json)
    })
  } else await writeFile(join(path, 'DONE'), `${sumOf(Buffer.from(text)).sha256}\n`)
}

describe('a checkpoint', () => {
  it('comes back as it was written', async () => {
    const { path, bytes } = await writeCheckpoint(dir, content)
    expect(path).toBe(join(dir, 'step-000200'))
    const names = (await readdir(path)).sort()
    expect(names).toEqual(
      [
        'DONE',
        'config.json',
        'manifest.json',
        'merges.txt',
        'model.safetensors',
        'optimizer.safetensors',
        'state.json',
        'weights.parquet',
      ].sort(),
    )
    const sizes = await Promise.all(names.filter(name => name !== 'DONE').map(name => readFile(join(path, name))))
    expect(bytes).toBe(sizes.reduce((sum, { length }) => sum + length, 0))

    const read = await readCheckpoint(path)
    expect(read).toMatchObject({ path, step: 200, cursor: content.cursor, state: content.state })
    expect(read.trainer).toEqual(content.snapshot.trainer)
    for (const [name, tensor] of content.snapshot.weights) sameBytes(read.weights.get(name), tensor)
    for (const [name, tensor] of content.snapshot.optimizer!) sameBytes(read.optimizer!.get(name), tensor)
    expect(await read.files('config.json')).toBe('{"model_type":"gpt2"}')
    expect(await read.files('merges.txt')).toBe('é x')
    await expect(read.files('none.json')).rejects.toThrow('this checkpoint has no none.json')
    await expect(read.files('../x')).rejects.toThrow('this checkpoint has no ../x')
  })

  it('may hold weights in Parquet alone', async () => {
    const { path } = await writeCheckpoint(dir, { ...content, formats: ['parquet'] })
    const { weights } = await readCheckpoint(path)
    for (const [name, tensor] of content.snapshot.weights) sameBytes(weights.get(name), tensor)
  })

  it('may hold weights alone', async () => {
    const { path } = await writeCheckpoint(dir, { ...content, snapshot: snapshotOf(200, { optimizer: false }) })
    expect((await readCheckpoint(path)).optimizer).toBeUndefined()
    expect(await faultOf(path, { part: 'resume' })).toBe(
      'StateError: /step-000200: this checkpoint holds weights only, training cannot go on from it; ' +
        'resume from one that has optimizer.safetensors, or begin a new run with these weights',
    )
  })

  it('is read without the optimizer where that is not wanted', async () => {
    const { path } = await writeCheckpoint(dir, content)
    await writeFile(join(path, 'optimizer.safetensors'), 'damaged')
    expect((await readCheckpoint(path, { part: 'weights' })).optimizer).toBeUndefined()
    expect(await faultOf(path)).toMatch('optimizer.safetensors: the file is damaged')
  })

  it('is not read without DONE', async () => {
    const { path } = await writeCheckpoint(dir, content)
    await truncate(join(path, 'DONE'), 10)
    const text =
      'StateError: /step-000200: not a complete checkpoint: it has no DONE; ' +
      'its run ended while it was being written; use the one before it'
    expect(await faultOf(path)).toBe(text)
    expect(await listCheckpoints(dir)).toEqual([])
    await unlink(join(path, 'DONE'))
    expect(await faultOf(path)).toBe(text)
    expect(await faultOf(join(dir, 'none'))).toBe('StateError: /none: no checkpoint here')
  })

  it('is not read when a file is missing', async () => {
    const { path } = await writeCheckpoint(dir, content)
    await unlink(join(path, 'model.safetensors'))
    expect(await faultOf(path)).toBe(
      'DataError: /step-000200/model.safetensors: the file is missing from the checkpoint; ' +
        'the checkpoint cannot be used any more: delete its directory, and the one before it is the latest',
    )
    await unlink(join(path, 'manifest.json'))
    expect(await faultOf(path)).toMatch('DataError: /step-000200/manifest.json: the file is missing')
  })

  it('is not read when any byte of it changed', async () => {
    const { path } = await writeCheckpoint(dir, { ...content, formats: ['safetensors'] })
    const names = (await readdir(path)).filter(name => !['DONE', 'config.json', 'merges.txt'].includes(name))
    const damage = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(damage, async ([name, at, flip, cut]) => {
        const file = join(path, name)
        const whole = await readFile(file)
        const changed = Buffer.from(whole)
        changed[at % whole.length]! ^= flip
        await writeFile(file, cut ? whole.subarray(0, at % whole.length) : changed)
        expect(await faultOf(path)).toMatch(`DataError: /step-000200/${name}: the file is damaged: `)
        await expect(verifyCheckpoint(path)).rejects.toThrow('the file is damaged')
        await writeFile(file, whole)
      }),
      { numRuns: 100 },
    )
    await verifyCheckpoint(path)
  })

  it('is verified with all its files', async () => {
    const { path } = await writeCheckpoint(dir, content)
    await verifyCheckpoint(path)
    await writeFile(join(path, 'config.json'), '{"model_type":"gpt3"}')
    await expect(verifyCheckpoint(path)).rejects.toThrow(
      'the file is damaged: its SHA-256 is not the one in manifest.json',
    )
  })

  it('tells of another version, and of a state that is none', async () => {
    const { path } = await writeCheckpoint(dir, content)
    await rewrite(path, 'state.json', text => text.replace('"version": 1', '"version": 7'))
    expect(await faultOf(path)).toBe(
      'StateError: /step-000200/state.json: expected version 1 of the layout, found 7; ' +
        'it was written by another version of Sluice: read it with that one',
    )
    await rewrite(path, 'state.json', () => '{"version": 1, "step": -1, "cursor": {}, "trainer": null}')
    expect(await faultOf(path)).toBe('DataError: /step-000200/state.json: step: Too small: expected number to be >=0')
    await rewrite(path, 'state.json', () => '{"version": 1')
    expect(await faultOf(path)).toMatch('DataError: /step-000200/state.json: expected JSON: ')
    await rewrite(path, 'manifest.json', text => text.replace('"version":1', '"version":2'))
    expect(await faultOf(path)).toMatch('manifest.json: expected version 1 of the layout, found 2')
  })
})

describe('writeCheckpoint', () => {
  it('refuses a state that would not come back', async () => {
    const text = async (change: Partial<CheckpointContent>) => {
      const error = await writeCheckpoint(dir, { ...content, ...change }).catch(error => error)
      expect(await readdir(dir)).toEqual([])
      return `${error.name}: ${error}`.replace(/^(\w+: )?.*state\.json/, '$1state.json')
    }
    expect(await text({ state: { loss: Number.NaN } })).toBe(
      'StateError: state.json: loss: expected plain JSON, found NaN',
    )
    expect(await text({ cursor: { a: [{ b: new Map() as never }] } })).toBe(
      'StateError: state.json: cursor.a.0.b: expected plain JSON, found a Map',
    )
    expect(await text({ state: { a: undefined as never } })).toBe(
      'StateError: state.json: a: expected plain JSON, found undefined',
    )
    expect(await text({ state: { cursor: 1 } })).toBe(
      "StateError: state.json: cursor: this entry is the checkpoint's own",
    )
    expect(await text({ files: new Map([['DONE', '']]) })).toBe(
      'ConfigError: "DONE" cannot be the name of a file in a checkpoint',
    )
    expect(await text({ files: new Map([['../x', '']]) })).toBe(
      'ConfigError: "../x" cannot be the name of a file in a checkpoint',
    )
    expect(await text({ formats: [] })).toBe(
      'ConfigError: expected at least one format of safetensors, parquet, found none',
    )
  })
})

describe('latestCheckpoint', () => {
  it('finds the newest, and the newest to resume from', async () => {
    expect(await latestCheckpoint(join(dir, 'none'))).toBeUndefined()
    for (const [step, optimizer] of [
      [0, false],
      [20, true],
      [3, true],
      [1_000_000, false],
    ] as const) {
      await writeCheckpoint(dir, { ...content, formats: ['safetensors'], snapshot: snapshotOf(step, { optimizer }) })
    }
    await writeFile(join(dir, 'step-notes.txt'), '')
    expect((await listCheckpoints(dir)).map(({ step, resumable }) => [step, resumable])).toEqual([
      [0, false],
      [3, true],
      [20, true],
      [1_000_000, false],
    ])
    expect(await latestCheckpoint(dir)).toBe(join(dir, 'step-1000000'))
    expect(await latestCheckpoint(dir, { resumable: true })).toBe(join(dir, 'step-000020'))
  })
})
