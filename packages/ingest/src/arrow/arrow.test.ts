import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { DataError, type DocumentRow, documentsBatch, type RunEvent, SluiceError } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { parquet } from '../parquet/parquet.ts'
import { joined, readAll, readToFault } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { mutated } from '../testing/mutate.ts'
import { mutations, mutationsTimeout } from '../testing/mutations.ts'
import { expectResumes } from '../testing/resume.ts'
import { writeDocuments } from '../write/write-documents.ts'
import { arrow } from './arrow.ts'

const folder = await testFolder()
const baseDir = folder.path
const golden = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url))
const files = ['none.arrow', 'lz4.arrow', 'none.arrows', 'zstd.arrows']
const rowsFile = new URL('../parquet/golden/rows.json', import.meta.url)
const expected = JSON.parse(readFileSync(rowsFile, 'utf8')) as Record<string, unknown>[]

describe("pyarrow's files", () => {
  test.each(files)('%s', async name => {
    const rows = await readAll(arrow({ path: golden(name), onError: 'skip' }))
    const found = rows.map(({ id, text, url, created, metadata }) => {
      const { tags = null, meta, large, flag } = metadata as Record<string, any>
      return { id, text, url, created, tags, score: meta.score, large, flag }
    })
    expect(found).toEqual(expected.filter(({ text }) => text !== null))
    expect(rows.slice(0, 3).map(row => row.metadata!.genre)).toEqual(['sea', 'land', undefined])
  })

  test('packed as a whole', async () => {
    await folder.write('packed.arrow', gzipSync(readFileSync(golden('none.arrow'))))
    const rows = await readAll(arrow({ path: 'packed.arrow', baseDir, onError: 'skip' }))
    expect(rows).toHaveLength(39)
  })

  test('columns that documents have no place for can be left unread', async () => {
    const rows = await readAll(arrow({ path: golden('none.arrow'), onError: 'skip', metadata: false }))
    expect(rows.every(row => row.metadata === null)).toBe(true)
    const mapped = arrow({ path: golden('none.arrow'), columns: { text: 'meta.author.name' }, metadata: false })
    expect((await readAll(mapped))[0]).toMatchObject({ text: 'H. M.', metadata: { meta: { score: 0 } } })
  })

  test('a row without text ends the reading with its place, or is counted', async () => {
    const { rows, error } = await readToFault(arrow({ path: golden('none.arrows') }))
    expect(rows).toHaveLength(7)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toMatch(
      /^arrow: .*none\.arrows: row 8: expected a column of text, found id, url, date, tags?/,
    )
    const events: RunEvent[] = []
    const source = arrow({ path: golden('none.arrows'), onError: 'skip', emit: event => events.push(event) })
    expect(await readAll(source)).toHaveLength(39)
    expect(source.summary!()!.message).toBe('left out 1 bad row')
    expect(events).toHaveLength(1)
  })
})

async function write(name: string, batches: DocumentRow[][]): Promise<void> {
  const sink = writeDocuments({ path: `${baseDir}/${name}` })
  await sink.open!({} as never, undefined)
  for (const rows of batches) await sink.consume({ batch: documentsBatch(rows), cursor: {}, seq: 0 })
  await sink.close!('finished')
}

test.each(['own.arrow', 'own.arrow.gz', 'own.arrows', 'own.parquet'])(
  '%s: what was written is read again, parts as parts',
  async name => {
    const make = name.endsWith('parquet') ? parquet : arrow
    const rows: DocumentRow[] = Array.from({ length: 50 }, (_, i) => ({
      id: `${i}`,
      text: `text ${i}`,
      source: 'mine',
      part: 0,
      last: true,
      url: i % 2 ? `https://example.org/${i}` : undefined,
      lang: 'en',
      created: i,
      metadata: i % 3 ? { n: i, inner: { a: ['x', null] } } : undefined,
    }))
    const long = ['one ', 'two ', 'three'].map((text, part) => {
      return {
        id: 'long',
        text,
        source: 'mine',
        part,
        last: part === 2,
        url: undefined,
        lang: undefined,
        metadata: undefined,
      }
    })
    const all = [...rows, ...long, ...rows.slice(0, 3)]
    await write(name, [all.slice(0, 20), all.slice(20, 51), all.slice(51)])
    const nulls = all.map(row => ({
      ...row,
      url: row.url ?? null,
      lang: row.lang ?? null,
      metadata: row.metadata ?? null,
      created: 'created' in row ? (row.created ?? null) : null,
    }))
    expect(await readAll(make({ id: 'mine', path: name, baseDir }))).toEqual(nulls)
    const found = joined(await expectResumes(make({ id: 'mine', path: name, baseDir, frameBytes: 1 })))
    expect(found[50]).toEqual({ id: 'long', text: 'one two three' })
    const [first, second] = await readAll(make({ path: name, baseDir, maxDocumentBytes: 8 }))
    expect(first!.metadata).toEqual({ source: 'mine' })
    expect(second!.metadata).toEqual({ source: 'mine', n: 1, inner: { a: ['x', null] } })
  },
)

test.each(files)('%s: resuming after any frame gives the documents that would have followed', async name => {
  joined(await expectResumes(arrow({ path: golden(name), onError: 'skip', frameBytes: 1, maxDocumentBytes: 20 })))
})

describe('damaged files', () => {
  const bytes = readFileSync(golden('none.arrows'))
  const fault = async (content: Uint8Array | string, options = {}): Promise<{ rows: number; message: string }> => {
    await folder.write('x.arrow', content)
    const { rows, error } = await readToFault(arrow({ path: 'x.arrow', baseDir, onError: 'skip', ...options }))
    expect(error).toBeInstanceOf(DataError)
    return { rows: rows.length, message: String(error) }
  }

  test('one that is cut short gives what is whole, and the place', async () => {
    const cut = await fault(bytes.subarray(0, bytes.length - 500))
    expect(cut.rows).toBe(31)
    expect(cut.message).toBe(
      `arrow: x.arrow: byte ${bytes.length - 500}: it is cut short: it ends inside a message; fetch or write the file again`,
    )
  })

  test('what is no Arrow', async () => {
    const message = 'arrow: x.arrow: byte 8: it is no Arrow IPC file or stream; fetch or write the file again'
    expect((await fault('Call me Ishmael. Some years ago')).message).toBe(message.replace('byte 8', 'byte 4'))
    expect((await fault('ARROWROOT and more of it')).message).toBe(message)
    expect((await fault('')).message).toBe(
      'arrow: x.arrow: it has no schema: it is no Arrow IPC file or stream, or a file that was not finished; ' +
        'Arrow IPC is what Feather version 2 and `pyarrow.ipc` write',
    )
  })

  test('a batch that does not decode is told by its number, or passed over', async () => {
    const packed = Buffer.from(readFileSync(golden('lz4.arrow')))
    const frame = packed.indexOf(Buffer.from([0x04, 0x22, 0x4d, 0x18]), Math.floor(packed.length / 2))
    packed[frame] = 0
    const source = arrow({ path: 'x.arrow', baseDir, onError: 'skip' })
    const { message } = await fault(packed, { onError: 'error', columns: { text: 'id' } })
    expect(message).toBe(
      'arrow: x.arrow: record batch 2: it cannot be decoded (a buffer is no LZ4 frame); ' +
        'write the file again, or set "onError": "skip" to go on after it',
    )
    expect(await readAll(source)).toHaveLength(39 - 16)
    expect(source.summary!()!.message).toBe('left out 1 bad row, 1 damaged record batch')
  })

  test('a schema in the footer whose counts are not true', async () => {
    const rows = Array.from({ length: 3 }, (_, i) => {
      return { id: `${i}`, text: `text ${i}`, source: 'mine', part: 0, last: true }
    })
    await write('footer.arrow', [rows])
    const written = readFileSync(`${baseDir}/footer.arrow`)
    const end = written.length - 10
    let read = 0
    for (let at = end - written.readInt32LE(end); at < end; at += 4) {
      const changed = Buffer.from(written)
      changed.writeInt32LE(0x7ffffff0, at)
      await folder.write('x.arrow', changed)
      const outcome = await readAll(arrow({ path: 'x.arrow', baseDir })).catch((error: unknown) => error)
      if (Array.isArray(outcome)) read++
      else expect(outcome).toBeInstanceOf(SluiceError)
    }
    expect(read).toBeGreaterThan(0)
  })

  test(
    `${mutations} mutations give documents or a clear error`,
    async () => {
      let read = 0
      for (let i = 0; i < mutations; i++) {
        const name = files[i % files.length]!
        await folder.write('fuzz.arrow', mutated(readFileSync(golden(name)), 'arrow', i))
        const source = arrow({
          path: 'fuzz.arrow',
          baseDir,
          onError: i & 4 ? 'skip' : 'error',
          columns: { text: 'id' },
        })
        const outcome = await readAll(source).catch((error: unknown) => error)
        if (Array.isArray(outcome)) read++
        else if (!(outcome instanceof SluiceError)) throw new Error(`mutation ${i}`, { cause: outcome })
      }
      expect(read).toBeGreaterThan(mutations / 20)
    },
    mutationsTimeout,
  )
})
