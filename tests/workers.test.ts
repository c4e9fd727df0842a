import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Cursor,
  defineSource,
  documentsBatch,
  documentsSchema,
  inWorkers,
  type RunEvent,
  randomStream,
  run,
  type Stage,
  type StageKind,
} from '@sluice/pipeline'
import { refineKinds } from '@sluice/refine'
import { batch, pack, shuffle, type Tokenizer, tokenize, trainBpe } from '@sluice/tokenize'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The data side with stages in workers, stopped anywhere and gone on with, a worker killed now and then: the same batches as on one
// thread that nobody disturbs, to the last id.

const words = 'the a whale sea ship captain old white man boat water said upon like one deep over never'.split(' ')
const blockSize = 12
const documents = 200

let folder: string
let tokenizer: Tokenizer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-workers-'))
  tokenizer = await trainBpe(
    Array.from({ length: documents }, (_, i) => text(i)),
    { vocabSize: 300 },
  )
  await writeFile(join(folder, 'filter.mjs'), filter)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Ends its thread at a document whose number lies there in a file, once. */
const filter = `
import { existsSync, rmSync } from 'node:fs'
export default ({ id, text }) => {
  const mark = new URL('./die-' + id, import.meta.url)
  if (existsSync(mark)) {
    rmSync(mark)
    process.exit(9)
  }
  return text.length % 7 !== 0
}
`

function text(index: number): string {
  const random = randomStream(index, 'text')
  return Array.from({ length: 5 + (index % 11) }, (_, i) => words[random.below(i, words.length)]).join(' ')
}

function source(perFrame: number) {
  return defineSource({
    id: 'tales',
    schema: documentsSchema,
    *read(from) {
      for (let i = Number(from ?? 0); i < documents; i += perFrame) {
        const rows = Array.from({ length: Math.min(perFrame, documents - i) }, (_, k) => i + k)
        yield {
          batch: documentsBatch(rows.map(row => ({ id: `${row}`, text: text(row), source: 'tales' }))),
          position: i + perFrame,
        }
      }
    },
  })
}

function stages(workers: number): Stage[] {
  const refining = (use: string, config: object) =>
    inWorkers(refineKinds.find(kind => kind.use === use) as StageKind, config, { workers, id: use, baseDir: folder })
  return [
    refining('normalize', {}),
    refining('filter', { module: './filter.mjs' }),
    tokenize({ tokenizer, workers }),
    pack({ blockSize, tokenizer }),
    shuffle({ rows: 5 }),
    batch({ batchSize: 2 }),
  ]
}

/** What a run's batches say, to their end or up to so many. */
async function batches(of: { perFrame: number; workers: number; from?: Cursor; stopAfter?: number }) {
  const { perFrame, workers, from, stopAfter = Number.POSITIVE_INFINITY } = of
  const rows: string[] = []
  const events: RunEvent[] = []
  let cursor = from
  let frames = 0
  const running = run({
    source: source(perFrame),
    stages: stages(workers),
    seed: 5,
    mark: 2000,
    ...(from ? { from } : {}),
    sink: {
      id: 'sink',
      consume(frame) {
        // A stop lets what is under way come; whoever is killed does not see it.
        if (frames >= stopAfter) return
        for (const row of frame.batch.toArray()) rows.push(JSON.stringify([[...row.ids], [...row.spans]]))
        cursor = JSON.parse(JSON.stringify(frame.cursor))
        if (++frames === stopAfter) running.stop()
      },
    },
  })
  running.events$.subscribe(event => events.push(event))
  const { outcome } = await running.done
  return { rows, cursor, outcome, deaths: events.filter(({ type }) => type === 'warning').length }
}

test('stopped anywhere and gone on with, by any number of workers, one of them killed: the same batches', {
  timeout: 240_000,
}, async () => {
  const expected = new Map<number, string[]>()
  let deaths = 0
  const cases = fc.record({
    perFrame: fc.constantFrom(1, 4, 7),
    // One session after another: by how many workers, and after how many batches it is stopped.
    sessions: fc.array(
      fc.record({ workers: fc.integer({ min: 0, max: 2 }), stopAfter: fc.integer({ min: 1, max: 40 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    dies: fc.integer({ min: 0, max: documents - 1 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ perFrame, sessions, dies }) => {
      const whole = expected.get(perFrame) ?? (await batches({ perFrame, workers: 0 })).rows
      expected.set(perFrame, whole)
      const mark = join(folder, `die-${dies}`)
      const seen: string[] = []
      let from: Cursor | undefined
      for (const { workers, stopAfter } of [...sessions, { workers: 2, stopAfter: Number.POSITIVE_INFINITY }]) {
        // Without a worker it would be this process that ends.
        if (workers > 0) await writeFile(mark, '')
        const session = await batches({ perFrame, workers, stopAfter, ...(from ? { from } : {}) })
        await rm(mark, { force: true })
        seen.push(...session.rows)
        from = session.cursor
        deaths += session.deaths
        if (session.outcome === 'finished') break
      }
      expect(seen).toEqual(whole)
    }),
    { numRuns: 5, seed: 1 },
  )
  expect(expected.get(1) ?? expected.get(4) ?? expected.get(7)).not.toEqual([])
  expect(deaths).toBeGreaterThan(3)
})
