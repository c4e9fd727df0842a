import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repeat, type Source } from '@sluice/pipeline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../stages/pack.ts'
import { split } from '../stages/split.ts'
import { tokenize } from '../stages/tokenize.ts'
import { collect, documentsSource, plain, rowsOf } from '../testing/harness.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { trainBpe } from '../training/bpe.ts'
import { type CacheOptions, cacheTokens } from './cache.ts'

let tokenizer: Tokenizer
let dir: string

beforeAll(async () => {
  tokenizer = await trainBpe(['the whale and the sea'], { vocabSize: 265 })
  dir = await mkdtemp(join(tmpdir(), 'sluice-'))
})
afterAll(() => rm(dir, { recursive: true }))

const frames = Array.from({ length: 30 }, (_, i) => [
  { id: `${i}`, text: `the whale ${'and the sea '.repeat(i % 5)}${i}`, source: 's' },
  { id: `${i}b`, text: 'ahoy', source: 's' },
])
const stages = () => [split({ part: 'training', share: 0.2 }), tokenize({ tokenizer })]

/** A cache whose source counts how often it is read. */
function cached(key: string, options: Partial<CacheOptions> = {}) {
  const given = documentsSource(frames)
  const state = { reads: 0, warnings: [] as string[] }
  const source: Source = {
    ...given,
    read(from, signal) {
      state.reads++
      return given.read(from, signal)
    },
  }
  const warn = (message: string) => state.warnings.push(message)
  const make = () => cacheTokens({ source, stages, dir, key, shardBytes: 1500, warn, ...options })
  return { state, make }
}

const filled = (list: Awaited<ReturnType<typeof collect>>['frames']) => list.filter(frame => frame.batch.numRows > 0)
const rows = (list: Awaited<ReturnType<typeof collect>>['frames']) => filled(list).flatMap(rowsOf)
const shards = async (ending = 'arrow') => {
  const folder = join(dir, (await readdir(dir)).at(-1)!)
  return (await readdir(folder)).filter(file => file.endsWith(ending)).map(file => join(folder, file))
}
const empty = () => rm(dir, { recursive: true, force: true })

describe('cacheTokens', () => {
  test('gives what the stages give, and reads the source in the first epoch only', async () => {
    await empty()
    const { state, make } = cached('a')
    const expected = rows((await collect({ source: documentsSource(frames), stages: stages() })).frames)
    const { frames: twice } = await collect({ source: repeat(make(), { epochs: 2 }), stages: [] })
    expect(rows(twice)).toEqual([...expected, ...expected])
    const reads = state.reads
    expect((await shards()).length).toBe(reads)
    expect(reads).toBeGreaterThan(2)
    expect(rows((await collect({ source: make(), stages: [] })).frames)).toEqual(expected)
    expect(state.reads).toBe(reads)
    // Another key is another cache.
    await collect({ source: cached('other', { seed: 3 }).make(), stages: [] })
    expect((await readdir(dir)).length).toBe(2)
  })

  test('after a resume the same frames follow, wherever it was stopped, also with an empty folder', async () => {
    await empty()
    const chain = () => [pack({ blockSize: 7, tokenizer })]
    const whole = (await collect({ source: cached('b').make(), stages: chain() })).frames
    for (const last of [0, 3, 11, whole.length - 2]) {
      const from = JSON.parse(JSON.stringify(whole[last]!.cursor))
      const rest = await collect({ source: cached('b').make(), stages: chain(), from })
      expect(filled(rest.frames).map(plain)).toEqual(filled(whole.slice(last + 1)).map(plain))
    }
    await empty()
    const cut = await collect({ source: cached('b').make(), stages: chain(), stopAfter: 4, mark: 1 })
    const from = JSON.parse(JSON.stringify(cut.frames.at(-1)!.cursor))
    const again = await collect({ source: cached('b').make(), stages: chain(), from })
    expect(filled([...cut.frames, ...again.frames]).map(plain)).toEqual(filled(whole).map(plain))
  })

  test('a shard that is cut short, changed or missing is made again', async () => {
    await empty()
    const { make } = cached('c')
    const expected = rows((await collect({ source: make(), stages: [] })).frames)
    const files = await shards()
    const before = await Promise.all(files.map(file => readFile(file)))
    await truncate(files[0]!, 100)
    const changed = Buffer.from(before[1]!)
    changed[changed.length >> 1]! ^= 1
    await writeFile(files[1]!, changed)
    await rm(files[2]!)
    const second = cached('c')
    expect(rows((await collect({ source: second.make(), stages: [] })).frames)).toEqual(expected)
    expect(second.state.warnings).toEqual([
      `shard 0 is made again: it has 100 bytes, ${before[0]!.length} were written`,
      'shard 1 is made again: its checksum is not the one that was written',
    ])
    expect(await Promise.all(files.map(file => readFile(file)))).toEqual(before)
    // One whose note is missing was not finished.
    await rm((await shards('json')).at(-1)!)
    expect(rows((await collect({ source: cached('c').make(), stages: [] })).frames)).toEqual(expected)
  })

  test('a limit on its size: shards go, and are made again', async () => {
    await empty()
    const expected = rows((await collect({ source: cached('d').make(), stages: [] })).frames)
    await empty()
    const small = cached('d', { maxBytes: 6000 })
    const { frames: twice } = await collect({ source: repeat(small.make(), { epochs: 2 }), stages: [] })
    expect(rows(twice)).toEqual([...expected, ...expected])
    expect((await shards()).length).toBeLessThan((await shards('json')).length)
  })

  test('a disk that refuses', async () => {
    await empty()
    await writeFile(dir, 'a file')
    await expect(collect({ source: cached('e').make(), stages: [] })).rejects.toMatchObject({
      name: 'StorageError',
      stage: 'cache',
      message: expect.stringContaining('the cache cannot be written: '),
    })
    await rm(dir)
    await expect(
      collect({ source: cached('f', { stages: () => [split({ part: 'training', share: 2 })] }).make(), stages: [] }),
    ).rejects.toThrow('share must be from 0 to 1')
    await import('node:fs/promises').then(fs => fs.mkdir(dir, { recursive: true }))
    expect((await readdir(dir, { recursive: true })).filter(file => file.endsWith('.tmp'))).toEqual([])
  })
})
