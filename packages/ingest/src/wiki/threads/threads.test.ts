import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ThreadProgram } from '@sluice/pipeline'
import { build, defaultServerConditions } from 'vite'
import { beforeAll, expect, test } from 'vitest'
import { BlockFault } from '../../bzip2/fault.ts'
import { padding } from '../../bzip2/space.ts'
import { framesOf, readAll } from '../../testing/documents.ts'
import { testFolder } from '../../testing/folder.ts'
import { expectResumes } from '../../testing/resume.ts'
import { wiki } from '../wiki.ts'
import { noSite } from '../xml/site.ts'
import { crews } from './crew.ts'
import { performer } from './perform.ts'

const folder = await testFolder()
const fixture = JSON.parse(readFileSync(new URL('../golden/fixture.json', import.meta.url), 'utf8'))
await folder.write('streams.xml.bz2', Buffer.from(fixture.streams, 'base64'))
await folder.write('blocks.xml.bz2', Buffer.from(fixture.blocks, 'base64'))

/** The threads' program as a build makes it, in one file: it starts quicker than from sources, and here many start. */
let program: ThreadProgram
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@sluice/source', ...defaultServerConditions] },
    ssr: { resolve: { conditions: ['@sluice/source', ...defaultServerConditions] }, noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('worker.ts', import.meta.url)),
      outDir: folder.path,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
  })
  program = { url: pathToFileURL(`${folder.path}/worker.mjs`), execArgv: [] }
})

const make = (path: string, threads: number, more = {}) =>
  wiki({ path, baseDir: folder.path, frameBytes: 4000, threads, program, ...more } as Parameters<typeof wiki>[0])

test.each(['streams.xml.bz2', 'blocks.xml.bz2'])('%s: the same frames from any number of threads', async name => {
  const expected = (await framesOf(make(name, 0))).map(frame => [frame.batch.numRows, frame.cursor])
  for (const threads of [1, 3]) {
    expect((await framesOf(make(name, threads))).map(frame => [frame.batch.numRows, frame.cursor])).toEqual(expected)
    expect(await readAll(make(name, threads))).toEqual(await readAll(make(name, 0)))
  }
})

test('a position is good for any number of threads', async () => {
  await expectResumes(make('streams.xml.bz2', 2))
})

test('faults and broken pages come through', async () => {
  const bytes = Buffer.from(fixture.streams, 'base64')
  bytes[3000]! ^= 0x55
  await folder.write('damaged.xml.bz2', bytes)
  await expect(readAll(make('damaged.xml.bz2', 2))).rejects.toThrow('the bzip2 data is damaged')
  await folder.write('cut.xml.bz2', bytes.subarray(0, 2900))
  await expect(readAll(make('cut.xml.bz2', 2))).rejects.toThrow('cut short')
  const crew = crews({ threads: 1, program })()
  const [fault] = await crew.decode([{ bytes: new Uint8Array(100 + padding).fill(255), start: 0 }], [])
  expect(fault).toBeInstanceOf(BlockFault)
  crew.close()
})

test('what a thread cannot do with some blocks is said of these alone', async () => {
  const perform = performer()
  const broken = perform({
    kind: 'blocks',
    blocks: [{ bytes: undefined as unknown as Uint8Array, start: 0 }],
    spare: [],
  })
  const next = perform({ kind: 'blocks', blocks: [], spare: [] })
  await expect(broken).rejects.toThrow(TypeError)
  expect(await next).toEqual({ answer: { blocks: [] }, handOver: [] })
})

test('reading is given up while threads are at work', async () => {
  for await (const _ of make('streams.xml.bz2', 2).read(undefined, new AbortController().signal)) break
  const abort = new AbortController()
  let frames = 0
  for await (const _ of make('streams.xml.bz2', 2).read(undefined, abort.signal)) {
    frames++
    abort.abort()
  }
  expect(frames).toBe(1)
})

test('a thread that fails is an error, and not for ever', async () => {
  const failing = { url: new URL("data:text/javascript,throw new Error('out of words')"), execArgv: [] }
  const crew = crews({ threads: 2, program: failing })()
  const options = {
    namespaces: [0],
    redirects: false,
    disambiguations: false,
    tables: 'drop' as const,
    captions: false,
    headings: true,
  }
  const asked = crew.read(new Uint8Array(10), noSite, options)
  await expect(asked).rejects.toThrow('a thread that reads dumps failed: out of words')
  crew.close()
})
