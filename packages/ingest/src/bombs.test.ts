import { gzipSync } from 'node:zlib'
import type { Documents, Source } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { books } from './books/books.ts'
import { files } from './files/files.ts'
import { jsonl } from './jsonl/jsonl.ts'
import { news } from './news/news.ts'
import { social } from './social/social.ts'
import { tar, zip } from './testing/archives.ts'
import { rowsOf } from './testing/documents.ts'
import { testFolder } from './testing/folder.ts'
import { text } from './text/text.ts'
import { wiki } from './wiki/wiki.ts'

const folder = await testFolder()
const baseDir = folder.path
const million = 1_000_000

/** 300 MB of one letter in 242 bytes: `bz2.compress(b'a' * 300_000_000)` of Python. */
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWcJtKvMBX44BAKAAAAggADCATUZCoCWpCoCXMUFZJlNZwm0q8wFfjgEAoAAACCAAMIBNRkKgJakKgJcxQVkmU1nCbSrzAV+OAQCgAAAIIAAwgE1G' +
    'QqAlqQqAlzFBWSZTWcJtKvMBX44BAKAAAAggADCATUZCoCWpCoCXMUFZJlNZwm0q8wFfjgEAoAAACCAAMIBNRkKgJakKgJcxQVkmU1nCbSrzAV+OAQCgAAAI' +
    'IAAwgE1GQqAlqQqAlzFBWSZTWcCnt4EAvHQBIKAAEAAACCAAMMwJqmmqQqC2pSFQXi7kinChIV06pwY=',
  'base64',
)

/** 320 MB of one letter in 10 kB: blocks of 128 KiB that are one byte and how often (RFC 8878, 3.1.1.2). */
function zstd(): Buffer {
  const blocks = 2500
  const bytes = Buffer.alloc(6 + 4 * blocks)
  // Magic; no size and no checksum; a window of 128 KiB.
  bytes.writeUInt32LE(0xfd2fb528)
  bytes[5] = 7 << 3
  for (let i = 0; i < blocks; i++) {
    bytes.writeUIntLE((131_072 << 3) | 2 | (i === blocks - 1 ? 1 : 0), 6 + 4 * i, 3)
    bytes[9 + 4 * i] = 0x61
  }
  return bytes
}

/** Reads to the end, or the fault, or 40 frames; with the most bytes outside the heap that were held. */
async function measured(source: Source<Documents>) {
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  let length = 0
  let frames = 0
  let fault: unknown
  try {
    for await (const frame of source.read(undefined, new AbortController().signal)) {
      for (const row of rowsOf(frame)) length += row.text.length
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      if (++frames === 40) break
    }
  } catch (error) {
    fault = error
  }
  most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  return { length, most, fault: fault === undefined ? undefined : String(fault) }
}

describe.each([
  ['gzip', gzipSync(Buffer.alloc(300 * million, 'a'))],
  ['bzip2', bzip2],
  ['zstd', zstd()],
])('a bomb of %s', (name, bytes) => {
  test('is text that travels as parts', async () => {
    await folder.write(name, bytes)
    const { length, most, fault } = await measured(text({ path: name, baseDir }))
    expect(fault).toBeUndefined()
    expect(length).toBeGreaterThan(30 * million)
    expect(most).toBeLessThan(150 * million)
  })

  test('is an endless line, or no dump and no thread', async () => {
    await folder.write(name, bytes)
    const lines = await measured(jsonl({ path: name, baseDir, maxLineBytes: 20 * million }))
    expect(lines.fault).toMatch(/: line 1, byte 0: expected a line of at most 20000000 bytes; /)
    expect(lines.most).toBeLessThan(200 * million)
    const records = await measured(social({ path: name, baseDir, maxRecordBytes: 20 * million } as never))
    expect(records.fault).toBeDefined()
    expect(records.most).toBeLessThan(200 * million)
    const pages = await measured(wiki({ path: name, baseDir, threads: 0 }))
    expect(pages.fault).toBeDefined()
    expect(pages.most).toBeLessThan(200 * million)
  }, 300_000)
})

test('a bomb in a bomb is unpacked once', async () => {
  await folder.write('nested.gz', gzipSync(gzipSync(Buffer.alloc(300 * million))))
  const { fault, most } = await measured(text({ path: 'nested.gz', baseDir }))
  expect(fault).toMatch(/^text: nested\.gz: it is no text: it looks /)
  expect(most).toBeLessThan(50 * million)
})

describe('archives', () => {
  const inside = zip({ 'outbox.json': Buffer.alloc(40 * million) })

  test('an archive in an archive is not opened, and an entry over the limit not unpacked', async () => {
    await folder.write('nested.zip', zip({ 'a.zip': inside, 'b/c.zip': inside }))
    expect((await measured(social({ path: 'nested.zip', baseDir }))).fault).toBeDefined()
    await folder.write(
      'export.zip',
      zip({ 'outbox.json': Buffer.alloc(300 * million, '[') }, { 'outbox.json': { size: 1000 } }),
    )
    const { fault, most } = await measured(social({ path: 'export.zip', baseDir }))
    expect(fault).toBeDefined()
    expect(most).toBeLessThan(100 * million)
  })

  test('a long entry of a tar archive is read as it comes', async () => {
    const entry = Buffer.alloc(100 * million, ' ')
    await folder.write('export.tar.gz', gzipSync(tar({ 'other.bin': entry, 'outbox.json': entry })))
    const { most } = await measured(social({ path: 'export.tar.gz', baseDir }))
    expect(most).toBeLessThan(100 * million)
  })

  test('names that lead out are no entries', async () => {
    for (const bytes of [
      zip({ '../outbox.json': '{}', '/outbox.json': '{}', 'a/../../outbox.json': '{}', 'C:\\outbox.json': '{}' }),
      gzipSync(tar({ '../outbox.json': '{}', '/etc/outbox.json': '{}', '..\\outbox.json': '{}' })),
    ]) {
      await folder.write('escape', bytes)
      const { fault, length } = await measured(social({ path: 'escape', baseDir }))
      expect(fault).toBeDefined()
      expect(length).toBe(0)
    }
  })
})

describe('entities that grow', () => {
  const laughs = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
  const doctype = (root: string) => `<?xml version="1.0"?><!DOCTYPE ${root} [<!ENTITY l0 "ha">${laughs}]>`

  test('stay what they are in feeds', async () => {
    await folder.write(
      'a.rss',
      `${doctype('rss')}<rss version="2.0"><channel><item><guid>1</guid><description>Oh &l30; no</description></item></channel></rss>`,
    )
    const { length, fault } = await measured(news({ path: 'a.rss', baseDir }))
    expect(fault).toBeUndefined()
    expect(length).toBeLessThan(100)
  })

  test('and in EPUB', async () => {
    await folder.write(
      'a.epub',
      zip({
        mimetype: 'application/epub+zip',
        'META-INF/container.xml': `${doctype('container')}<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>`,
        'b.opf': `${doctype('package')}<package><metadata><title>&l30;</title></metadata><manifest><item id="x" href="x.html" media-type="text/html"/></manifest><spine><itemref idref="x"/></spine></package>`,
        'x.html': `${doctype('html')}<html><p>Oh &l30; no</p></html>`,
      }),
    )
    const { length, fault } = await measured(books({ path: 'a.epub', baseDir }))
    expect(fault).toBeUndefined()
    expect(length).toBeLessThan(200)
  })
})

test('a file of nothing but openings takes no stack', async () => {
  for (const [name, content] of [
    ['deep.jsonl', `{"text":"a","x":${'['.repeat(million)}`],
    ['deep.json', '['.repeat(5 * million)],
    ['deep.html', '<div>'.repeat(million)],
    ['deep.rss', `<rss version="2.0"><channel>${'<item>'.repeat(million)}`],
  ] as const) {
    await folder.write(name, content)
    const source = /html|rss/.test(name) ? news({ path: name, baseDir }) : files({ path: name, baseDir })
    const { fault } = await measured(source)
    expect(`${name}: ${fault}`).toMatch(new RegExp(`^${name}: (files|news): ${name}|undefined`))
  }
})
