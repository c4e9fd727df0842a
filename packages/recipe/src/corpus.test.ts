import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineSource, documentsBatch, documentsSchema, frames, type Json, type RunEvent, run } from '@sluice/pipeline'
import { tokenize, trainCharacters } from '@sluice/tokenize'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecipe } from './check-recipe.ts'
import { openCorpus, workersOf } from './corpus.ts'
import { loadRecipe } from './load-recipe.ts'
import { builtInRegistry } from './registry.ts'
import { scratch, story, tinyConfig, writeTiny } from './testing/tiny.ts'
import { trainingTexts } from './texts.ts'

const signal = new AbortController().signal

function open(baseDir: string, changes: object, kinds: readonly object[] = []) {
  const registry = builtInRegistry()
  for (const kind of kinds) registry.add(kind as never)
  const recipe = checkRecipe({ config: { ...tinyConfig, ...changes }, baseDir, registry })
  return openCorpus(recipe, registry, { baseDir, seed: 1, scratchDir: baseDir, signal, emit: () => {} })
}

async function sources(corpus: ReturnType<typeof open>, most = 1000): Promise<string[]> {
  const seen: string[] = []
  for await (const { batch } of frames({ source: corpus.repeated(), stages: corpus.refine(), seed: 1, signal })) {
    for (let row = 0; row < batch.numRows; row++) seen.push(batch.getChild('source')!.get(row))
    if (seen.length >= most) break
  }
  return seen
}

test('sources of one kind are numbered, an id names one, weights hold', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const lines = { use: 'text', path: 'corpus/a.txt', documents: 'line' }
  const corpus = open(folder, {
    sources: [lines, { ...lines, weight: 3 }, { ...lines, id: 'third' }],
    mix: { epochs: 1 },
  })
  const seen = await sources(corpus)
  expect(new Set(seen)).toEqual(new Set(['text', 'text-2', 'third']))
  expect(seen.length).toBe(3 * 300)
})

test('without epochs a corpus has no end, once() has', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const corpus = open(folder, {})
  expect((await sources(corpus, 50)).length).toBeGreaterThanOrEqual(50)
  const { counters } = await run({ source: corpus.once(), stages: [], sink: { id: 'none', consume: () => {} } }).done
  expect(counters[0]).toMatchObject({ id: 'text', rows: 2 })
})

test('a source has its own epochs, shard, skip and take', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const lines = { use: 'text', path: 'corpus/a.txt', documents: 'line' }
  const count = async (...changes: object[]) => {
    const seen = await sources(
      open(folder, { sources: changes.map(each => ({ ...lines, ...each })), mix: { epochs: 1 } }),
    )
    return changes.map((_, i) => seen.filter(name => name === (i === 0 ? 'text' : `text-${i + 1}`)).length)
  }
  expect(await count({ epochs: 2 })).toEqual([600])
  expect(await count({ epochs: 2, take: 10 }, { skip: { documents: 290 } }, { take: { bytes: 1 } })).toEqual([
    20, 10, 1,
  ])
  const [first = 0, second = 0] = await count({ shard: { index: 0, count: 2 } }, { shard: { index: 1, count: 2 } })
  expect(first + second).toBe(300)
  expect(await count({ shard: { index: 0, count: 2 }, skip: 20, take: { documents: 7 } })).toEqual([7])
})

test('frames that a mix has divided are tokenized like whole ones', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const lines = { use: 'text', path: 'corpus/a.txt', documents: 'line' }
  const read = async (mix: object) => {
    const corpus = open(folder, { sources: [lines, { ...lines, path: 'corpus/b.txt', weight: 3 }], mix })
    const ids = new Map<string, number[]>()
    const stages = [...corpus.part('training'), tokenize({ tokenizer: await trainCharacters([story(300)], {}) })]
    for await (const { batch } of frames({ source: corpus.once(), stages, seed: 1, signal })) {
      for (let row = 0; row < batch.numRows; row++) {
        ids.set(`${batch.getChild('source')!.get(row)} ${batch.getChild('doc_id')!.get(row)}`, [
          ...batch.getChild('ids')!.get(row),
        ])
      }
    }
    return [...ids].sort()
  }
  expect(await read({ frame: 1 })).toEqual(await read({ frame: '1GB' }))
})

test('a source may be a module of one’s own, with keys of its own', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, {
    sources: [
      { use: './mine.mjs', upTo: 40, skip: 10, weight: 2 },
      { use: './mine.mjs', upTo: 5 },
    ],
    mix: { epochs: 1 },
  })
  const module = 'for (let i = 0; i < config.upTo; i++) yield { text: Object.keys(config).join() + context.id }'
  await writeFile(join(folder, 'mine.mjs'), `export default function* (config, context) { ${module} }`)
  const loaded = await loadRecipe(file)
  const context = { baseDir: folder, seed: 1, scratchDir: folder, signal, emit: () => {} }
  const corpus = openCorpus(checkRecipe(loaded), loaded.registry, context)
  const texts: string[] = []
  for await (const { batch } of frames({ source: corpus.once(), stages: [], seed: 1, signal })) {
    for (let row = 0; row < batch.numRows; row++) texts.push(batch.getChild('text')!.get(row))
  }
  expect(texts.filter(text => text === 'upTomine')).toHaveLength(30)
  expect(texts.filter(text => text === 'upTomine-2')).toHaveLength(5)
})

test('a module that is missing is told of when the recipe is loaded', async () => {
  const folder = await scratch()
  const file = await writeTiny(folder, { sources: [{ use: './mine.js' }] })
  await expect(loadRecipe(file)).rejects.toThrow('the module "./mine.js" cannot be found')
})

test('what is no part of a source is refused, by name', () => {
  const part = (key: string, value: unknown) => () =>
    open('/', { sources: [{ use: 'text', path: 'x', [key]: value }] }, [])
  expect(part('shard', { index: 2, count: 2 })).toThrow('expected an index below the count')
  expect(part('take', { document: 5 })).toThrow('take')
  expect(part('skip', -1)).toThrow('skip')
})

test('a source that cannot be read again is refused, with advice', async () => {
  const source = defineSource({ id: 'stdin', schema: documentsSchema, replayable: false, async *read() {} })
  const kind = { kind: 'source', use: 'stdin', summary: '', config: z.object({}), build: () => source }
  expect(() => open('/', { sources: [{ use: 'stdin' }] }, [kind]).once()).toThrow(
    expect.objectContaining({
      exitCode: 2,
      stage: 'stdin',
      message: 'can be read only once, and a run reads its text for the tokenizer, the evaluation and each epoch',
      advice: 'write it to a file first, and name that file',
    }),
  )
})

test('the training texts leave out what is held out, and end where enough is read', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const whole = story(300) + story(200, 1000)
  const read = async (bytes: number) => {
    const texts: string[] = []
    for await (const text of trainingTexts({ corpus: open(folder, {}), bytes, seed: 1, signal })) texts.push(text)
    return texts
  }
  const all = await read(Number.POSITIVE_INFINITY)
  expect(all.length).toBe(2)
  expect(all.join('').length).toBeLessThan(0.92 * whole.length)
  expect(whole).toContain(all[0])
  expect(await read(1)).toEqual([all[0]])
})

test('a corpus of white space is empty', async () => {
  const source = defineSource({
    id: 'blank',
    schema: documentsSchema,
    async *read() {
      yield { batch: documentsBatch([{ id: '1', text: ' ', source: 'blank' }]), position: 1 }
      yield { batch: documentsBatch([{ id: '2', text: '\n', source: 'blank' }]), position: 2 }
    },
  })
  const kind = { kind: 'source', use: 'blank', summary: '', config: z.object({}), build: () => source }
  const corpus = open('/', { sources: [{ use: 'blank' }] }, [kind])
  const read = async () => {
    for await (const _ of trainingTexts({ corpus, bytes: 1e9, seed: 1, signal })) return
  }
  await expect(read()).rejects.toMatchObject({
    exitCode: 1,
    place: 'sources',
    message: 'the corpus is empty: 2 documents with no text to train on',
    advice: 'check the paths, and that data.evaluation does not hold everything out',
  })
})

test('leaving the loop stops the reading; a fault of the source reaches the loop', async () => {
  let closed = 0
  const endless = defineSource({
    id: 'endless',
    schema: documentsSchema,
    async *read() {
      try {
        for (let i = 0; ; i++) yield { batch: documentsBatch([{ id: `${i}`, text: 'x', source: 's' }]), position: i }
      } finally {
        closed++
      }
    },
  })
  let seen = 0
  for await (const _ of frames({ source: endless, stages: [], seed: 1, signal })) if (++seen === 3) break
  await expect.poll(() => closed).toBe(1)

  const broken = defineSource({
    id: 'broken',
    schema: documentsSchema,
    async *read() {
      yield { batch: documentsBatch([{ id: '1', text: 'x', source: 's' }]), position: 1 }
      throw new Error('worn out')
    },
  })
  const read = async () => {
    for await (const _ of frames({ source: broken, stages: [], seed: 1, signal })) seen++
  }
  await expect(read()).rejects.toMatchObject({ stage: 'broken', message: 'worn out' })
  expect(seen).toBe(4)
})

test('weights may count tokens: each source is refined and tokenized by itself, then mixed', async () => {
  const folder = await scratch()
  await writeTiny(folder)
  const tokenizer = await trainCharacters([story(600)], {})
  const sources = [
    { use: 'text', id: 'a', path: 'corpus/a.txt', documents: 'line' },
    { use: 'text', id: 'b', path: 'corpus/b.txt', documents: 'line', weight: 3, epochs: 5 },
  ]
  const refine = [{ use: 'dedup', rejects: 'rejected.jsonl' }]
  const make = (events: RunEvent[] = []) => {
    const registry = builtInRegistry()
    const recipe = checkRecipe({
      config: { ...tinyConfig, sources, refine, mix: { unit: 'tokens', frame: 1, epochs: 4 } },
      baseDir: folder,
      registry,
    })
    const emit = (event: RunEvent) => void events.push(event)
    const corpus = openCorpus(recipe, registry, { baseDir: folder, seed: 1, signal, emit })
    return corpus.mixedTokens(id => tokenize({ tokenizer, id }), { main: true, saved: undefined })!
  }
  const tokens = new Map<string, number>()
  const source = make()
  let seen = 0
  for await (const { batch } of source.read(undefined, signal)) {
    for (let row = 0; row < batch.numRows; row++) {
      const name = batch.getChild('source')!.get(row)!
      tokens.set(name, (tokens.get(name) ?? 0) + batch.getChild('ids')!.get(row)!.length)
    }
    if (++seen === 150) break
  }
  const [a, b] = [tokens.get('a')!, tokens.get('b')!]
  expect(b / (a + b)).toBeCloseTo(0.75, 1)
  expect(source.mixed!()).toMatchObject({
    unit: 'tokens',
    shares: [
      { id: 'a', asked: 0.25 },
      { id: 'b', asked: 0.75 },
    ],
  })
  expect([...source.savedStates!().keys()]).toEqual(['a/dedup-1', 'b/dedup-1'])
  expect(existsSync(join(folder, 'rejected.b.jsonl'))).toBe(true)

  // Going on exactly, without a stage that needs its table from a checkpoint.
  const again: string[][] = []
  refine.length = 0
  const plain: { ids: string[]; cursor: Json }[] = []
  for await (const { batch, cursor } of make().read(undefined, signal)) {
    const own = Array.from({ length: batch.numRows }, (_, row) => batch.getChild('doc_id')!.get(row) as string)
    plain.push({ ids: own, cursor: JSON.parse(JSON.stringify(cursor.mix)) })
    if (plain.length === 60) break
  }
  for await (const { batch } of make().read(plain[24]!.cursor, signal)) {
    again.push(Array.from({ length: batch.numRows }, (_, row) => batch.getChild('doc_id')!.get(row) as string))
    if (again.length === 35) break
  }
  expect(again).toEqual(plain.slice(25).map(each => each.ids))
})

test('the workers of a stage are for all sources of a mix by tokens together', () => {
  const shares = (workers: number, count: number) =>
    Array.from({ length: count }, (_, index) => workersOf(workers, { index, count }))
  expect(shares(2, 1)).toEqual([2])
  expect(shares(2, 5)).toEqual([1, 1, 0, 0, 0])
  expect(shares(7, 3)).toEqual([3, 2, 2])
  expect(shares(0, 3)).toEqual([0, 0, 0])
})
