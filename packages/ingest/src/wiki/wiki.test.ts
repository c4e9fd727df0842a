import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { DataError, type RunEvent, StateError } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { bunzip2Reader } from '../bzip2/bunzip2.ts'
import { framesOf, joined, positionsOf, readAll, readToFault, rowsOf } from '../testing/documents.ts'
import { testFolder } from '../testing/folder.ts'
import { bytesReader, drain } from '../testing/readers.ts'
import { expectResumes } from '../testing/resume.ts'
import { type WikiOptions, wiki } from './wiki.ts'

const folder = await testFolder()
const baseDir = folder.path

/** Made by golden/fixture.py: 60 pages in 153 KB of XML. */
const fixture: { bytes: number; sha256: string; blocks: string; streams: string } = JSON.parse(
  readFileSync(new URL('golden/fixture.json', import.meta.url), 'utf8'),
)
const blocks = Buffer.from(fixture.blocks, 'base64')
const streams = Buffer.from(fixture.streams, 'base64')
const xml = await drain(bunzip2Reader(bytesReader(blocks), 'fixture'), 65_536)
/** A zstd frame of raw blocks (RFC 8878), which need no compressor. */
const zstd = Buffer.concat([
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
  ...Array.from({ length: Math.ceil(xml.length / 65_536) }, (_, i) => {
    const block = xml.subarray(i * 65_536, (i + 1) * 65_536)
    const last = (i + 1) * 65_536 >= xml.length ? 1 : 0
    const header = (block.length << 3) | last
    return Buffer.concat([Buffer.from([header & 255, (header >> 8) & 255, header >> 16]), block])
  }),
])
const packed: Readonly<Record<string, Buffer>> = {
  'a.xml': xml,
  'blocks.xml.bz2': blocks,
  'streams.xml.bz2': streams,
  'a.xml.gz': gzipSync(xml),
  'a.xml.zst': zstd,
  'le.xml': Buffer.from(`\ufeff${xml.toString()}`, 'utf16le'),
  'be.xml': Buffer.from(`\ufeff${xml.toString()}`, 'utf16le').swap16(),
}
for (const [name, bytes] of Object.entries(packed)) await folder.write(name, bytes)

const make = (path: string, options: Partial<WikiOptions> = {}) => wiki({ path, baseDir, frameBytes: 4000, ...options })

function dump(...pages: string[]): string {
  const head =
    '<mediawiki xml:lang="fr"><siteinfo><dbname>frwiki</dbname><base>https://fr.example/wiki/Accueil</base></siteinfo>\n'
  return `${head}${pages.join('')}</mediawiki>\n`
}
const page = (id: number, text: string, more = ''): string =>
  `<page><title>P${id}</title><ns>0</ns><id>${id}</id>${more}<revision><id>${id + 1}</id><text xml:space="preserve">${text}</text></revision></page>\n`
let written = 0
async function read(content: string | Uint8Array, options: Partial<WikiOptions> = {}) {
  const name = `w${written++}.xml`
  await folder.write(name, content)
  return readAll(make(name, options))
}

test('the fixture is what Python wrote', () => {
  expect(xml.length).toBe(fixture.bytes)
  expect(createHash('sha256').update(xml).digest('hex')).toBe(fixture.sha256)
})

test('articles, with what the dump says of them', async () => {
  const source = make('a.xml')
  const rows = await readAll(source)
  // Of nine pages one each is a talk, a redirect, a disambiguation, empty; one more is CSS.
  expect(rows).toHaveLength(60 - 4 * 6 - 7 - 1 + 6 - 1)
  expect(source.summary!()!.message).toBe(
    'left out 7 pages of other namespaces, 7 redirects, 6 disambiguations, 6 pages without text, 1 page that is not wikitext',
  )
  expect(rows[1]).toEqual({
    id: 'whalewiki:101',
    text: `Whale 1\n\n${'Line 1 of the whale has seas — café 鯨.\n'.repeat(10)}\nSeen\n\nonce\ntwice`,
    source: 'wiki',
    part: 0,
    last: true,
    url: 'https://whales.example/wiki/Whale_1_%26_sons',
    created: Date.UTC(2020, 0, 2, 3, 4, 5),
    lang: 'en',
    metadata: { title: 'Whale 1 & sons', page: 101, revision: 5001 },
  })
})

test('the same documents however it is packed', async () => {
  const expected = await readAll(make('a.xml'))
  for (const name of Object.keys(packed)) expect(await readAll(make(name)), name).toEqual(expected)
})

test('options say which pages are read', async () => {
  const all = { namespaces: [0, 1], redirects: true, disambiguations: true }
  const rows = await readAll(make('a.xml', all))
  expect(rows).toHaveLength(60 - 6 - 1)
  expect(rows[4]!.metadata).toMatchObject({ title: 'Talk:Whale 4', namespace: 1 })
  expect(rows[5]!.metadata).toMatchObject({ redirect: true })
  expect(await readAll(make('a.xml', { namespaces: [1] }))).toHaveLength(7)
})

test.each(Object.keys(packed))(
  '%s: stopped after any frame it goes on with the next document',
  async name => {
    const rows = await expectResumes(make(name))
    expect(rows).toEqual(await readAll(make('a.xml')))
  },
  60_000,
)

test('in bzip2 a position is a block, and nothing before it is read', async () => {
  const frames = await framesOf(make('streams.xml.bz2'))
  const positions = positionsOf(frames, 'wiki') as { at: { block: { bit: number; byte: number }; byte: number } }[]
  const { block, byte } = positions[10]!.at
  expect(block.byte).toBeLessThanOrEqual(byte)
  const damaged = Buffer.from(streams)
  // Between the first block and that one.
  damaged.fill(0, 600, Math.floor(block.bit / 8) - 8)
  await folder.write('damaged.xml.bz2', damaged)
  const at = { ...positions[10]!, file: 'damaged.xml.bz2' }
  const rest = await framesOf(make('damaged.xml.bz2'), at).catch(error => error)
  expect(rest.flatMap(rowsOf)).toEqual(frames.slice(11).flatMap(rowsOf))
})

test('a document over its limit travels as parts, and is resumed within', async () => {
  const options = { maxDocumentBytes: 1000 }
  for (const name of ['a.xml', 'blocks.xml.bz2']) {
    const rows = await expectResumes(make(name, options))
    expect(rows.length).toBeGreaterThan(60)
    expect(joined(rows)).toEqual((await readAll(make('a.xml'))).map(({ id, text }) => ({ id, text })))
  }
})

test('dumps one behind the other in a file, each with its own wiki', async () => {
  const one = dump(page(1, 'one'), page(2, 'two'))
  const other = one
    .replaceAll('frwiki', 'dewiki')
    .replaceAll('fr.example', 'de.example')
    .replace('lang="fr"', 'lang="de"')
  await folder.write('both.xml', `${one}${other}\n${one}`)
  const rows = await expectResumes(make('both.xml', { frameBytes: 1 }))
  expect(rows.map(row => [row.id, row.lang, row.url])).toEqual([
    ['frwiki:1', 'fr', 'https://fr.example/wiki/P1'],
    ['frwiki:2', 'fr', 'https://fr.example/wiki/P2'],
    ['dewiki:1', 'de', 'https://de.example/wiki/P1'],
    ['dewiki:2', 'de', 'https://de.example/wiki/P2'],
    ['frwiki:1', 'fr', 'https://fr.example/wiki/P1'],
    ['frwiki:2', 'fr', 'https://fr.example/wiki/P2'],
  ])
})

test('pages without a header, of old versions, of several revisions', async () => {
  expect((await read(page(1, 'one') + page(2, 'two'))).map(row => [row.id, row.url])).toEqual([
    ['1', null],
    ['2', null],
  ])
  const old = '<siteinfo><namespaces><namespace key="1">Talk</namespace></namespaces></siteinfo>'
  const talk = '<page><title>Talk:A</title><id>2</id><revision><text>b</text></revision></page>'
  const rows = await read(
    `<mediawiki>${old}<page><title>A: b</title><id>1</id><revision><id>1</id><text>old</text></revision><revision><id>2</id><text>new</text></revision></page>${talk}</mediawiki>`,
  )
  expect(rows.map(row => [row.text, row.metadata])).toEqual([['new', { title: 'A: b', page: 1, revision: 2 }]])
  expect((await read(dump(page(1, '#REDIRECT [[B]]'), page(2, 'a'), page(3, '#WEITERLEITUNG [[B]]')))).length).toBe(1)
})

test('references are resolved once, and none can be made to expand', async () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "&a;&a;&a;">]>`
  const rows = await read(bomb + dump(page(1, '1 &amp;lt; 2 &lt;nowiki&gt;{{&lt;/nowiki&gt; &#233;&#x9be8; &apos;')))
  expect(rows[0]!.text).toBe("1 < 2 {{ é鯨 '")
  await folder.write('bomb.xml', bomb + dump(page(1, 'a'), page(2, '&b;')))
  const { rows: before, error } = await readToFault(make('bomb.xml'))
  expect(before).toHaveLength(1)
  expect(String(error)).toMatch(
    /^wiki: bomb\.xml: byte \d+ of the XML: expected a reference that XML knows, found "&b;"; fetch/,
  )
})

test.each([
  ['tags that do not match', page(2, 'b').replace('</title>', '</titel>'), 'expected </title>, found </titel>'],
  ['a page that does not end', page(2, 'b').replace('</page>', ''), 'expected </page>, found another <page>'],
  ['no title', page(2, 'b').replace(/<title>.*<\/title>/, ''), 'the page has no title'],
  ['no id', page(2, 'b').replace('<id>2</id>', ''), 'the page has no id'],
  ['an id that is none', page(2, 'b').replace('<id>2</id>', '<id>two</id>'), 'expected a number, found "two"'],
  ['no revision', '<page><title>x</title><id>2</id></page>', 'the page has no revision'],
  ['a comment', page(2, 'b<!-- c -->'), 'expected a tag, found "<!-- c -->&lt;'],
  ['something else', '<logitem>x</logitem>', 'expected a page, found "<logitem>x</logitem>'],
  ['deep nesting', page(2, 'b', '<x>'.repeat(20)), 'elements nest deeper than 16'],
])('a broken page: %s', async (_, broken, message) => {
  const content = dump(page(1, 'a'), broken, page(3, 'c'))
  await folder.write('broken.xml', content)
  const events: RunEvent[] = []
  const source = make('broken.xml', { onError: 'skip', emit: event => events.push(event) })
  expect((await readAll(source)).map(row => row.text)).toEqual(['a', 'c'])
  expect(source.summary!()!.message).toBe('left out 1 bad record')
  const at = content.indexOf(broken)
  expect(events).toHaveLength(1)
  expect(
    (events[0] as { message: string }).message.startsWith(
      `broken.xml: byte ${at} of the XML: ${message.split('&lt;')[0]}`,
    ),
  ).toBe(true)
  const { rows, error } = await readToFault(make('broken.xml'))
  expect(rows.map(row => row.text)).toEqual(['a'])
  expect(error).toBeInstanceOf(DataError)
  expect((error as DataError).place).toBe(`byte ${at} of the XML`)
  expect((error as DataError).advice).toBe('fetch the dump again, or set "onError": "skip"')
})

test('a page that is too long is passed over', async () => {
  const content = dump(page(1, 'a'), page(2, 'b'.repeat(3_000_000)), page(3, 'c'))
  const options = { onError: 'skip' as const, maxPageBytes: 100_000 }
  expect((await read(content, options)).map(row => row.text)).toEqual(['a', 'c'])
  await expect(read(content, { maxPageBytes: 100_000 })).rejects.toThrow('expected a page of at most 100000 bytes')
  expect(await read(content)).toHaveLength(3)
})

test('bytes that are not UTF-8 are shown as such, once told', async () => {
  const events: RunEvent[] = []
  const content = Buffer.from(dump(page(1, 'caf\xe9'), page(2, '\xe9')), 'latin1')
  const rows = await read(content, { emit: event => events.push(event) })
  expect(rows.map(row => row.text)).toEqual(['caf\ufffd', '\ufffd'])
  expect(events).toHaveLength(1)
  expect(events[0]).toMatchObject({ message: expect.stringContaining('not valid UTF-8; such bytes become U+FFFD') })
})

test('a text that is longer than its page harms none after it', async () => {
  const texts = ['a', '\xe9'.repeat(1000), 'b b', '\xe9'.repeat(500), 'c'.repeat(300)]
  const content = Buffer.from(dump(...texts.map((text, i) => page(i + 1, text))), 'latin1')
  for (const frameBytes of [4000, 40_000]) {
    const rows = await read(content, { frameBytes })
    expect(rows.map(row => row.text)).toEqual(texts.map(text => text.replaceAll('\xe9', '\ufffd')))
  }
})

test.each(['a.xml', 'streams.xml.bz2', 'blocks.xml.bz2', 'a.xml.gz', 'a.xml.zst', 'le.xml'])(
  '%s cut short: the documents that are whole, then a clear error',
  async name => {
    const bytes = packed[name]!
    const all = await readAll(make(name))
    for (const share of [0.5, 0.8, 0.99]) {
      await folder.write(`cut-${name}`, bytes.subarray(0, Math.floor(bytes.length * share) & ~1))
      const { rows, error } = await readToFault(make(`cut-${name}`))
      expect(error).toBeInstanceOf(DataError)
      expect((error as DataError).message).toContain('cut short')
      expect(rows).toEqual(all.slice(0, rows.length))
      if (name !== 'blocks.xml.bz2') expect(rows.length).toBeGreaterThan(share === 0.99 ? 20 : 5)
    }
  },
)

test('a dump without its end, and what is no dump', async () => {
  await folder.write('endless.xml', dump(page(1, 'a')).replace('</mediawiki>', ''))
  const { rows, error } = await readToFault(make('endless.xml'))
  expect(rows).toHaveLength(1)
  expect(String(error)).toMatch(
    /^wiki: endless\.xml: byte \d+ of the XML: the dump is cut short: it ends before its <\/mediawiki>; fetch the file again and compare its size with the original$/,
  )
  await folder.write('no.xml', '<html><p>404</p></html>')
  expect(String((await readToFault(make('no.xml'))).error)).toBe(
    'wiki: no.xml: expected a MediaWiki XML export, found "<html><p>404</p></html>"; ' +
      'point "path" at dumps of pages, such as enwiki-latest-pages-articles.xml.bz2',
  )
})

test('a file that has become shorter since', async () => {
  await folder.write('shrunk.xml', xml)
  const frames = await framesOf(make('shrunk.xml'))
  const position = positionsOf(frames, 'wiki').at(-2)
  await folder.write('shrunk.xml', xml.subarray(0, 30_000))
  await expect(readAll(make('shrunk.xml'), position)).rejects.toThrow(StateError)
})

test('reading can be given up at any time', async () => {
  for (const name of ['a.xml', 'streams.xml.bz2']) {
    for await (const frame of make(name).read(undefined, new AbortController().signal)) {
      expect(frame.batch.numRows).toBeGreaterThan(0)
      break
    }
    const abort = new AbortController()
    let frames = 0
    for await (const _ of make(name).read(undefined, abort.signal)) if (++frames === 2) abort.abort()
    expect(frames).toBe(2)
  }
})
