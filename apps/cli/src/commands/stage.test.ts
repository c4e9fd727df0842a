import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFrame } from '@sluice/pipeline'
import { RecordBatchReader, tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../main.ts'
import { testConsole } from '../testing/console.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-stage-'))
  await mkdir(join(folder, 'corpus'))
  const text = Array.from({ length: 400 }, (_, i) => `The captain saw the white whale at number ${i}.\n`).join('')
  await writeFile(join(folder, 'corpus', 'a.txt'), text)
  const config = {
    name: 'part',
    sources: [{ use: 'text', path: 'corpus/*.txt' }],
    refine: [{ use: 'normalize' }],
    tokenizer: { use: 'char' },
    data: { blockSize: 16, batchSize: 4, shuffle: '4kB', evaluation: { share: 0 } },
    model: { use: 'gpt2', layers: 1, width: 16, heads: 2 },
    train: { steps: 1, learningRate: 0.01 },
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function stage(args: readonly string[], stdin?: Uint8Array) {
  const console = testConsole({ cwd: folder, ...(stdin ? { stdin } : {}) })
  const code = await main(['stage', 'config.json', ...args], console)
  return { code, bytes: console.bytes(), said: console.err() }
}

test('the parts of a chain, one after the other, give what the whole gives', async () => {
  const whole = await stage([])
  expect(whole).toMatchObject({ code: 0 })
  const documents = await stage(['--to', 'normalize-1'])
  const tokens = await stage(['--from', 'tokenize', '--to', 'tokenize'], documents.bytes)
  const batches = await stage(['--from', 'pack'], tokens.bytes)
  expect(batches.said).toBe(whole.said)
  const columns = (bytes: Uint8Array) =>
    tableFromIPC(bytes)
      .toArray()
      .map(row => JSON.stringify(row))
  expect(columns(documents.bytes)[0]).toContain('The captain saw the white whale')
  expect(columns(batches.bytes).length).toBeGreaterThan(100)
  expect(columns(batches.bytes)).toEqual(columns(whole.bytes))
  expect(RecordBatchReader.from(tokens.bytes).open().schema!.names).toEqual([
    'doc_id',
    'source',
    'part',
    'last',
    'ids',
    'bytes',
  ])
  // Cursors go through all three.
  const { cursor, seq } = decodeFrame(documents.bytes)
  expect(Object.keys(cursor)).toEqual(['text', 'normalize-1'])
  expect(decodeFrame(tokens.bytes)).toMatchObject({ cursor, seq })
  expect(decodeFrame(batches.bytes).cursor).toEqual(decodeFrame(whole.bytes).cursor)
})

test('a mix by tokens without a number of epochs ends: each source once', async () => {
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
  const sources = [
    { use: 'text', id: 'a', path: 'corpus/a.txt', documents: 'line' },
    { use: 'text', id: 'b', path: 'corpus/a.txt', documents: 'line', weight: 2 },
  ]
  await writeFile(join(folder, 'mixed.json'), JSON.stringify({ ...config, sources, mix: { unit: 'tokens' } }))
  const console = testConsole({ cwd: folder })
  expect(await main(['stage', 'mixed.json', '--to', 'pack'], console), console.err()).toBe(0)
  const rows = tableFromIPC(console.bytes()).toArray()
  const ids = new Set(rows.flatMap(row => [...row.spans].map(({ source, doc_id }) => `${source} ${doc_id}`)))
  expect(ids.size).toBe(800)
})

test('what cannot be', async () => {
  expect((await stage(['--to', 'tokenise'])).said).toBe(
    'pipeline: the recipe has no stage "tokenise"; did you mean "tokenize"?\n',
  )
  expect((await stage(['--from', 'pack', '--to', 'tokenize'])).said).toBe(
    'pipeline: "tokenize" comes before "pack": the stages are normalize-1, tokenize, pack, shuffle, batch\n',
  )
  expect((await stage(['--from', 'tokenize'])).said).toBe(
    'pipeline: stdin: expected an Arrow IPC stream, found nothing\n',
  )
  const { bytes } = await stage(['--to', 'normalize-1'])
  const cut = await stage(['--from', 'tokenize', '--to', 'tokenize'], bytes.subarray(0, bytes.length - 100))
  expect(cut).toMatchObject({ code: 1, said: expect.stringContaining('it is cut short: it ends inside a message') })
  const unfit = await stage(['--from', 'pack'], bytes)
  expect(unfit).toMatchObject({
    code: 2,
    said: expect.stringContaining('pack: does not fit after "stdin": needs a column'),
  })
  const console = testConsole({ cwd: folder, tty: true })
  expect(await main(['stage', 'config.json'], console)).toBe(2)
  expect(console.err()).toBe(
    'pipeline: an Arrow IPC stream is nothing for a terminal; write it to a file (> tokens.arrows) or into a pipe\n',
  )
})
