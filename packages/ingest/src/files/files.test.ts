import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { documentsBatch, type RunEvent, SluiceError } from '@sluice/pipeline'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { joined, readAll, readToFault, rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutated } from '../testing/mutate.ts'
import { mutations, mutationsTimeout } from '../testing/mutations.ts'
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
  await folder.write('mix/h.json', '[{"id":"h1","text":"six"},\n {"id":"h2","body":"seven","n":[1]}]\n')
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
    ['h1', 'six'],
    ['h2', 'seven'],
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

describe('one list of JSON', () => {
  const records = [{ id: 'a', text: 'one, [two]' }, { id: 'b', body: 'three "four" \\ {', n: [{}, []] }, { text: '五' }]
  const expected = [
    ['a', 'one, [two]', null],
    ['b', 'three "four" \\ {', { n: [{}, []] }],
    ['list.json#3', '五', null],
  ]
  const read = async (content: string | Uint8Array, name = 'list.json', options: Partial<AnyFilesOptions> = {}) => {
    await folder.write(name, content)
    return (await readAll(make({ path: name, ...options }))).map(({ id, text, metadata }) => [id, text, metadata])
  }

  test('however it is laid out, packed and encoded, and under a name that does not tell', async () => {
    const json = JSON.stringify(records)
    for (const content of [
      json,
      `\ufeff ${JSON.stringify(records, null, 2)}\n`,
      Buffer.from(`\ufeff${json}`, 'utf16le'),
    ]) {
      expect(await read(content)).toEqual(expected)
    }
    expect(await read(gzipSync(json), 'list.json')).toEqual(expected)
    expect(await read(json, 'list')).toEqual(
      expected.map(([id, ...others]) => [String(id).replace('.json', ''), ...others]),
    )
    for (const empty of ['[]', ' [\n]\n']) await expect(read(empty)).rejects.toThrow('there is no document in it')
  })

  test('bad records, one that is too long, and a file that is cut short', async () => {
    const json = `[{"text":"one"}, 7, {"text": }, {"text":"${'x'.repeat(200)}"}, {"body":"two"}]`
    await folder.write('bad.json', json)
    const { error } = await readToFault(make({ path: 'bad.json' }))
    expect(String(error)).toBe(
      'files: bad.json: record 2, byte 17: expected a JSON object, found a number; mend the file, or set "onError": "skip"',
    )
    await folder.write('columns.json', '[{ "words": "one" }]')
    expect(String((await readToFault(make({ path: 'columns.json' }))).error)).toBe(
      'files: columns.json: record 1, byte 1: expected a column of text, found words; set "columns": { "text": "…" }',
    )
    const source = make({ path: 'bad.json', onError: 'skip', maxLineBytes: 100 } as Partial<AnyFilesOptions>)
    expect((await readAll(source)).map(row => [row.id, row.text])).toEqual([
      ['bad.json#1', 'one'],
      ['bad.json#5', 'two'],
    ])
    expect(source.summary!()!.message).toBe('left out 3 bad records')
    await folder.write('cut.json', json.slice(0, 20))
    const cut = await readToFault(make({ path: 'cut.json', onError: 'skip' }))
    expect(cut.rows.map(row => row.text)).toEqual(['one'])
    expect(String(cut.error)).toBe(
      'files: cut.json: byte 20: the JSON is cut short: it ends inside a value; fetch the file again',
    )
  })

  test('goes on where it was stopped', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '"', '\\', '{', '[', ',', '\n'), maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(0, 1),
        fc.constantFrom('utf8', 'utf16le', 'gz'),
        async (texts, indent, coded) => {
          const json = JSON.stringify(
            // Without any text it would be an error.
            [...texts, 'end'].map(text => ({ text })),
            null,
            indent,
          )
          const content =
            coded === 'gz' ? gzipSync(json) : Buffer.from(coded === 'utf8' ? json : `\ufeff${json}`, coded as 'utf8')
          await folder.write('resume.json', content)
          joined(await expectResumes(make({ path: 'resume.json', frameBytes: 1, maxDocumentBytes: 12 })))
        },
      ),
      { numRuns: 40 },
    )
  })
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
test(
  `${mutations} mutations of the other formats give documents or a clear error`,
  async () => {
    const names = ['a.jsonl', 'b.csv.gz', 'c.tsv', 'e.arrow', 'f.txt', 'g.arrows', 'h.json']
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
  },
  mutationsTimeout,
)
