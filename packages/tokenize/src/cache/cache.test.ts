import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Frame, type RunEvent, repeat, type Source, type Stage, type StageContext } from '@sluice/pipeline'
import { map } from 'rxjs'
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
  const emit = (event: RunEvent) => event.type === 'warning' && state.warnings.push(event.message)
  const make = () =>
    cacheTokens({ source, stages, dir, key, shardBytes: 1500, firstBytes: 1500, frameBytes: 300, emit, ...options })
  return { state, make }
}

const refinedOf = (documents: number): RunEvent => {
  const counts = { documents, bytes: 0, kept: documents, keptBytes: 0, dropped: {}, changed: {} }
  return { type: 'refined', stage: 'remembering', sources: { s: counts } }
}

/** Keeps a table beside the cursor as a deduplication does: every document id so far. Fails where one is missing or comes twice. */
function remembering(): Stage {
  let ids: string[] = []
  let context: StageContext | undefined
  return {
    id: 'remembering',
    schema: input => input,
    async open(given, from) {
      context = given
      const count = Number(from ?? 0)
      ids = count === 0 ? [] : (await readFile(given.saved!, 'utf8')).split('\n').slice(0, count)
      expect(ids.length).toBe(count)
    },
    apply: map(frame => {
      for (const { doc_id } of rowsOf(frame)) {
        expect(ids).not.toContain(doc_id)
        ids.push(doc_id)
      }
      return { ...frame, cursor: { ...frame.cursor, remembering: ids.length } }
    }),
    save: () => [Buffer.from(ids.join('\n'))],
    async close() {
      context?.emit(refinedOf(ids.length))
    },
  }
}

/** Without the documents of an id. */
function letGo(id: string): Stage {
  const apply = map((frame: Frame) => {
    const ids = frame.batch.getChild('doc_id')!
    return [...ids].includes(id) ? { ...frame, batch: frame.batch.slice(0, 0) } : frame
  })
  return { id: 'let-go', schema: input => input, apply }
}

const filled = (list: Awaited<ReturnType<typeof collect>>['frames']) => list.filter(frame => frame.batch.numRows > 0)
const rows = (list: Awaited<ReturnType<typeof collect>>['frames']) => filled(list).flatMap(rowsOf)
const shards = async (ending = 'arrow') => {
  const folder = join(dir, (await readdir(dir)).at(-1)!)
  const files = (await readdir(folder)).filter(file => file.endsWith(ending) && file !== 'key.json')
  return files.sort().map(file => join(folder, file))
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
    for (const last of [0, 1, whole.length >> 1, whole.length - 2]) {
      const from = JSON.parse(JSON.stringify(whole[last]!.cursor))
      const rest = await collect({ source: cached('b').make(), stages: chain(), from })
      expect(filled(rest.frames).map(plain)).toEqual(filled(whole.slice(last + 1)).map(plain))
    }
    await empty()
    const cut = await collect({ source: cached('b').make(), stages: chain(), stopAfter: 4, mark: 1 })
    const from = JSON.parse(JSON.stringify(cut.frames.at(-1)!.cursor))
    const again = await collect({ source: cached('b').make(), stages: chain(), from })
    expect(filled([...cut.frames, ...again.frames]).map(plain)).toEqual(filled(whole).map(plain))
    // All that was made is lost: it is made again up to there.
    await empty()
    const lost = await collect({ source: cached('b').make(), stages: chain(), from })
    expect(filled([...cut.frames, ...lost.frames]).map(plain)).toEqual(filled(whole).map(plain))
  })

  test('two at the same time make one cache', async () => {
    await empty()
    const both = await Promise.all([1, 2].map(() => collect({ source: cached('two').make(), stages: [] })))
    const alone = rows((await collect({ source: documentsSource(frames), stages: stages() })).frames)
    for (const { frames: read } of both) expect(rows(read)).toEqual(alone)
    const third = cached('two')
    expect(rows((await collect({ source: third.make(), stages: [] })).frames)).toEqual(alone)
    expect(third.state).toEqual({ reads: 0, warnings: [] })
  })

  test('notes of another cache, or half of one, do not count; what a writer that died has left is removed', async () => {
    await empty()
    const expected = rows((await collect({ source: cached('n').make(), stages: [] })).frames)
    const [first, second] = await shards('json')
    await writeFile(second!, (await readFile(second!, 'utf8')).slice(0, 40))
    const note = JSON.parse(await readFile(first!, 'utf8'))
    await writeFile(first!, JSON.stringify({ ...note, key: 'another' }))
    const [left, fresh] = ['00009.arrow.1234.tmp', '00008.arrow.1234.tmp'].map(name => join(dirname(first!), name))
    await writeFile(left!, 'half a shard')
    await writeFile(fresh!, 'somebody writes it just now')
    await utimes(left!, new Date(0), new Date(0))
    const again = cached('n')
    expect(rows((await collect({ source: again.make(), stages: [] })).frames)).toEqual(expected)
    expect(again.state.reads).toBe(2)
    expect(await shards('tmp')).toEqual([fresh])
  })

  test('a text that has changed is noticed', async () => {
    await empty()
    const whole = await collect({ source: cached('old').make(), stages: [] })
    const from = JSON.parse(JSON.stringify(whole.frames[4]!.cursor))
    const other = cached('new')
    const rest = await collect({ source: other.make(), stages: [], from })
    expect(rest.frames.map(plain).map(({ rows }) => rows)).toEqual(whole.frames.slice(5).map(rowsOf))
    expect(other.state.warnings).toEqual([
      'the text, or the version of Sluice, is not what it was when the run began: it goes on at the same place',
    ])
    await expect(
      collect({ source: cached('new').make(), stages: [], from: { cache: { shard: 99, frame: 0 } } }),
    ).rejects.toMatchObject({
      name: 'StateError',
      message: 'the tokens end before shard 99, at which the run is to go on: the text has changed',
    })
    // A shard that is made again from other text, under a key that does not say so.
    const [first] = await shards()
    await truncate(first!, 100)
    const changed = cached('new', { stages: () => [...stages(), letGo('0')] })
    await collect({ source: changed.make(), stages: [] })
    expect(changed.state.warnings[1]).toBe(
      'shard 0 is not what it was: the text, or what is done with it, has changed since',
    )
  })

  test('what stages keep beside the cursor goes from shard to shard', async () => {
    await empty()
    const counting = () => [tokenize({ tokenizer }), remembering()]
    const without = rows((await collect({ source: documentsSource(frames), stages: counting() })).frames)
    const make = () => cached('s', { stages: counting }).make()
    expect(rows((await collect({ source: make(), stages: [] })).frames)).toEqual(without)
    expect((await shards('state')).length).toBe(2)
    // Shards in the middle are made again with the newest state.
    await rm((await shards())[2]!)
    expect(rows((await collect({ source: make(), stages: [] })).frames)).toEqual(without)
  })

  test('events of the stages come through once, those of refining from the notes too', async () => {
    await empty()
    const given: RunEvent[] = []
    const emit = (event: RunEvent) => given.push(event)
    const telling = () => [tokenize({ tokenizer }), remembering()]
    const { events } = await collect({ source: cached('e', { stages: telling, emit }).make(), stages: [] })
    const made = (await shards()).length
    expect(given.filter(event => event.type === 'refined').at(-1)).toEqual(refinedOf(60))
    const said = events.find(event => event.type === 'note' && event.stage === 'cache')
    expect(said).toMatchObject({ values: { read: made, made } })
    given.length = 0
    const again = await collect({ source: cached('e', { stages: telling, emit }).make(), stages: [] })
    expect(given.at(-1)).toEqual(refinedOf(60))
    expect(given.filter(event => event.type !== 'refined')).toEqual([])
    expect(again.events.find(event => event.type === 'note' && event.stage === 'cache')).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`^${made} shards of tokens read \\(.* KiB\\), 0 of them made in this run; kept in `),
      ),
      values: { read: made, made: 0 },
    })
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
    // It is the folder's limit, whatever caches are in it.
    await collect({ source: cached('d2', { maxBytes: 6000 }).make(), stages: [] })
    const all = (await readdir(dir, { recursive: true })).filter(file => file.endsWith('.arrow'))
    const sizes = await Promise.all(all.map(async file => (await stat(join(dir, file))).size))
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(6000 + 5000)
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
