import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { documentsBatch, type RunEvent, SluiceError } from '@sluice/pipeline'
import { beforeAll, expect, test } from 'vitest'
import { joined, readAll, readToFault, rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutated } from '../testing/mutate.ts'
import { mutations } from '../testing/mutations.ts'
import { expectResumes } from '../testing/resume.ts'
import { writeDocuments } from '../write/write-documents.ts'
import { type AnyFilesOptions, files } from './files.ts'

const folder = await testFolder()
const baseDir = folder.path
const make = (options: Partial<AnyFilesOptions> = {}) => files({ path: 'mix', baseDir, ...options })

async function write(name: string): Promise<void> {
  const sink = writeDocuments({ path: `${baseDir}/${name}` })
  await sink.open!({} as never, undefined)
  const rows = [1, 2].map(n => ({ id: `${name} ${n}`, text: `${name} text ${n}`, source: 'files' }))
  await sink.consume({ batch: documentsBatch(rows), cursor: {}, seq: 0 })
  await sink.close!('finished')
}

beforeAll(async () => {
  await folder.write('mix/a.jsonl', '{"id":"a1","text":"one"}\n{"id":"a2","body":"two","likes":3}\n')
  await folder.write('mix/b.csv.gz', gzipSync('id;content\nb1;three\nb2;"four;\nand on"\n'))
  await folder.write('mix/c.tsv', 'id\ttext\nc1\tfive\n')
  await folder.write('mix/f.txt', 'plain\n')
  await folder.write('mix/ignored.bin', 'nothing')
  for (const name of ['mix/d.parquet', 'mix/e.arrow', 'mix/g.arrows']) await write(name)
})

test('a folder of all formats, each read as what it is', async () => {
  expect((await readAll(make())).map(({ id, text }) => [id, text])).toEqual([
    ['a1', 'one'],
    ['a2', 'two'],
    ['b1', 'three'],
    ['b2', 'four;\nand on'],
    ['c1', 'five'],
    ['mix/d.parquet 1', 'mix/d.parquet text 1'],
    ['mix/d.parquet 2', 'mix/d.parquet text 2'],
    ['mix/e.arrow 1', 'mix/e.arrow text 1'],
    ['mix/e.arrow 2', 'mix/e.arrow text 2'],
    ['mix/f.txt', 'plain\n'],
    ['mix/g.arrows 1', 'mix/g.arrows text 1'],
    ['mix/g.arrows 2', 'mix/g.arrows text 2'],
  ])
})

test('content goes before the name, and the name before a guess', async () => {
  for (const name of ['x.parquet', 'x.arrow', 'x.arrows']) await write(name)
  for (const name of ['x.parquet', 'x.arrow', 'x.arrows']) {
    await folder.write('data.txt', readFileSync(`${baseDir}/${name}`))
    expect((await readAll(make({ path: 'data.txt' })))[0]!.id).toBe(`${name} 1`)
  }
  await folder.write('unnamed', '\ufeff {"id":"1","text":"a"}\n')
  await folder.write('story.TXT', '{"id":"1","text":"a"}\n')
  await folder.write('words', 'a,b\n')
  const texts = (await readAll(make({ path: ['unnamed', 'story.TXT', 'words'] }))).map(row => row.text)
  expect(texts).toEqual(['a', '{"id":"1","text":"a"}\n', 'a,b\n'])
})

test('one mapping for all, whose columns need not be in every file', async () => {
  await folder.write('drift/1.jsonl', '{"key":1,"story":"one"}\n{"key":2,"tale":"two","extra":[1]}\n')
  await folder.write('drift/2.csv', 'tale,key\nthree,3\n')
  await folder.write('drift/3.csv', 'key,story,more\n4,four,x\n')
  const rows = await readAll(make({ path: 'drift', columns: { text: ['story', 'tale'], id: 'key' } }))
  expect(rows.map(({ id, text, metadata }) => [id, text, metadata])).toEqual([
    ['1', 'one', null],
    ['2', 'two', { extra: [1] }],
    ['3', 'three', null],
    ['4', 'four', { more: 'x' }],
  ])
})

test('what is bad is told with its file and place, or counted', async () => {
  await folder.write('bad/1.csv', 'id,text\n1,a,b\n2,c\n')
  await folder.write('bad/2.jsonl', '{"text":"d"}\nno\n')
  const { error } = await readToFault(make({ path: 'bad' }))
  expect(String(error)).toBe(
    'files: bad/1.csv: row 1, byte 8: expected 2 fields, found 3; set "separator" if it is another, or "onError": "skip"',
  )
  const events: RunEvent[] = []
  const source = make({ path: 'bad', onError: 'skip', emit: event => events.push(event) })
  expect((await readAll(source)).map(row => row.text)).toEqual(['c', 'd'])
  expect(source.summary!()!.message).toBe('left out 1 bad row, 1 bad line')
  expect(events).toHaveLength(2)
})

test('a folder without any', async () => {
  await folder.write('none/x.bin', 'x')
  expect(String((await readToFault(make({ path: 'none' }))).error)).toBe(
    `files: none: ${baseDir}/none: no file in this directory ends in .jsonl, .ndjson, .json, .csv, .tsv, .tab, .parquet, ` +
      '.arrow, .arrows, .feather, .ipc, .txt, .text, .md; name the files by a glob, "none/*.xyz" for instance',
  )
})

test('resuming after any frame gives the documents that would have followed', async () => {
  for (const frameBytes of [1, 20, 1000]) joined(await expectResumes(make({ frameBytes, maxDocumentBytes: 16 })))
})

// Parquet has a test of its own.
test(`${mutations} mutations of the other formats give documents or a clear error`, async () => {
  const names = ['a.jsonl', 'b.csv.gz', 'c.tsv', 'e.arrow', 'f.txt', 'g.arrows']
  let read = 0
  for (let i = 0; i < mutations; i++) {
    const name = names[i % names.length]!
    // Every other one under a name that says nothing.
    const path = i & 1 ? 'fuzz' : `fuzz-${name}`
    await folder.write(path, mutated(readFileSync(`${baseDir}/mix/${name}`), 'files', i))
    try {
      for await (const frame of make({ path, onError: i & 2 ? 'skip' : 'error' }).read(
        undefined,
        new AbortController().signal,
      )) {
        expect(rowsOf(frame)[0]!.id).toBeTypeOf('string')
      }
      read++
    } catch (error) {
      if (!(error instanceof SluiceError)) throw new Error(`mutation ${i} of ${name}`, { cause: error })
    }
  }
  expect(read).toBeGreaterThan(mutations * 0.15)
}, 60_000)
