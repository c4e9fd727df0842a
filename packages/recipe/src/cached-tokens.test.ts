import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { replayStep } from './replay.ts'
import { runTiny, scratch, tinyConfig, writeTiny } from './testing/tiny.ts'

const last = 'tiny/checkpoints/step-000004/model.safetensors'
const weights = (runsDir: string) => readFile(join(runsDir, last))
const shards = async (folder: string) =>
  (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.arrow')).sort()
const said = (events: readonly RunEvent[]) =>
  events.flatMap(event => (event.type === 'note' && event.stage === 'cache' ? [event] : []))

/** The same, with files of one date, as they stay where nobody writes them anew. */
async function writeOld(folder: string, changes: object): Promise<string> {
  const file = await writeTiny(folder, changes)
  const corpus = join(folder, 'corpus')
  for (const name of await readdir(corpus)) await utimes(join(corpus, name), 1e9, 1e9)
  return file
}

const lines = { use: 'text', path: 'corpus/a.txt', documents: 'line' }
const refine = [{ use: 'dedup' }]
const single = { sources: [lines], refine, mix: { epochs: 3 } }
const several = { sources: [lines, { ...lines, path: 'corpus/b.txt', weight: 3 }], refine, mix: { epochs: 4 } }

test.each([
  ['a source', single],
  ['a mix', several],
  ['a mix by tokens', { ...several, mix: { epochs: 4, unit: 'tokens' } }],
])(
  '%s with a cache trains to the same bits, also in a second run and after a resume',
  async (_, changes) => {
    const folder = await scratch()
    const data = { ...tinyConfig.data, evaluation: { share: 0.1, by: 'document', tokens: 200 } }
    const train = { ...tinyConfig.train, steps: 4 }
    const cached = { ...changes, train, data: { ...data, cache: { dir: 'shared' } } }
    const runsDir = (name: string) => join(folder, name)
    await runTiny(await writeTiny(folder, { ...changes, train, data }), { runsDir: runsDir('plain') })
    const expected = await weights(runsDir('plain'))

    const file = await writeOld(folder, cached)
    const made = await runTiny(file, { runsDir: runsDir('first') })
    expect(await weights(runsDir('first'))).toEqual(expected)
    expect(said(made.events)[0]!.values).toMatchObject({ made: 1 })
    expect(await readFile(join(runsDir('first'), 'tiny/report.html'), 'utf8')).toContain('of tokens read')
    const replayed = (name: string) => replayStep({ path: join(runsDir(name), 'tiny'), step: 3 })
    expect(await replayed('first')).toEqual(await replayed('plain'))

    // Another run finds it, and is stopped.
    const kept = await shards(join(folder, 'shared'))
    const stop = new AbortController()
    const read = await runTiny(file, { runsDir: runsDir('halved'), signal: stop.signal }, event => {
      if (event.type === 'metric' && event.step === 3) stop.abort()
    })
    expect(said(read.events)[0]!.values).toMatchObject({ made: 0 })
    expect(made.summary.refined).toHaveLength(1)
    expect(read.summary.refined).toEqual(made.summary.refined)
    expect(await shards(join(folder, 'shared'))).toEqual(kept)
    // What is gone is made again, and that in another place.
    await rm(join(folder, 'shared'), { recursive: true })
    const elsewhere = await writeOld(folder, { ...changes, train, data: { ...data, cache: { limit: '1GB' } } })
    await runTiny(elsewhere, { runsDir: runsDir('halved'), mode: 'resume' })
    expect(await weights(runsDir('halved'))).toEqual(expected)
    expect((await shards(join(runsDir('halved'), 'tiny/cache'))).length).toBe(1)
  },
  60_000,
)

test('what decides the tokens makes another cache, what does not makes none', async () => {
  const folder = await scratch()
  const data = { ...tinyConfig.data, cache: { dir: 'shared' } }
  const train = { ...tinyConfig.train, steps: 1, evaluateEvery: 1 }
  let runs = 0
  const caches = async (changes: object) => {
    await runTiny(await writeOld(folder, { data, train, ...changes }), { runsDir: join(folder, `runs-${runs++}`) })
    return (await readdir(join(folder, 'shared'))).length
  }
  expect(await caches({})).toBe(1)
  expect(await caches({ data: { ...data, blockSize: 8, batchSize: 2 }, mix: { epochs: 5 } })).toBe(1)
  expect(await caches({ refine: [{ use: 'normalize' }] })).toBe(2)
  await writeFile(join(folder, 'corpus/c.txt'), 'one file more')
  expect(await caches({ refine: [{ use: 'normalize' }] })).toBe(3)
})

test('a run goes on with a cache only if it began with one; of a mix epochs do not change then', async () => {
  const folder = await scratch()
  const runsDir = join(folder, 'runs')
  const data = { ...tinyConfig.data, cache: {} }
  const common = { ...several, refine: [], mix: { epochs: 2 }, data }
  await runTiny(await writeTiny(folder, { ...common, train: { ...tinyConfig.train, steps: 1 } }), { runsDir })
  const resumed = async (changes: object) =>
    runTiny(await writeTiny(folder, { ...common, ...changes }), { runsDir, mode: 'resume' })
  await expect(resumed({ data: tinyConfig.data })).rejects.toMatchObject({
    exitCode: 2,
    message: 'data.cache is not set in the config, {} in the checkpoint',
  })
  await expect(resumed({ mix: { epochs: 3 } })).rejects.toMatchObject({
    exitCode: 2,
    message: 'mix.epochs is 3 in the config, 2 in the checkpoint',
  })
})
