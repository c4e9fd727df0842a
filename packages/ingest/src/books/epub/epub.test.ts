import { DataError } from '@sluice/pipeline'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ZipChange, zip } from '../../testing/archives.ts'
import { joined, readAll, readToFault } from '../../testing/documents.ts'
import { testFolder } from '../../testing/folder.ts'
import { expectResumes } from '../../testing/resume.ts'
import { books } from '../books.ts'

const folder = await testFolder()
const baseDir = folder.path

const container =
  '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>' +
  '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'

interface Item {
  href: string
  linear?: string
  type?: string
  properties?: string
}

function opf(items: readonly Item[], attributes = ''): string {
  const manifest = items.map(
    ({ href, type = 'application/xhtml+xml', properties }, i) =>
      `<item id="i${i}" href="${href}" media-type="${type}"${properties ? ` properties="${properties}"` : ''}/>`,
  )
  const spine = items
    .map(({ linear, type, properties }, i) =>
      type || properties ? '' : `<itemref idref="i${i}"${linear ? ` linear="${linear}"` : ''}/>`,
    )
    .join('')
  return (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">' +
    '<metadata><dc:title>The &amp; Whale</dc:title><dc:creator>Herman Melville</dc:creator><dc:creator>A. Editor</dc:creator>' +
    '<dc:language>en</dc:language><dc:identifier>http://www.gutenberg.org/2701</dc:identifier><dc:date>1851</dc:date></metadata>' +
    `<manifest>${manifest.join('')}</manifest><spine${attributes}>${spine}</spine></package>`
  )
}

const page = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><style>p {}</style></head><body>${body}</body></html>`

const nav =
  '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="toc"><ol>' +
  '<li><a href="text/one.xhtml#start">I. Loomings</a></li><li><a href="text/two%20b.xhtml">II. The <i>Carpet</i>-Bag</a></li></ol></nav>' +
  '<nav epub:type="landmarks"><a href="text/cover.xhtml">Cover</a></nav></body></html>'

const entries = {
  mimetype: 'application/epub+zip',
  'META-INF/container.xml': container,
  'OEBPS/content.opf': opf([
    { href: 'text/cover.xhtml' },
    { href: 'text/one.xhtml' },
    { href: 'text/two%20b.xhtml' },
    { href: 'text/ad.xhtml', linear: 'no' },
    { href: 'nav.xhtml', properties: 'nav' },
    { href: 'cover.png', type: 'image/png' },
  ]),
  'OEBPS/nav.xhtml': nav,
  'OEBPS/text/cover.xhtml': page('<svg><text>cover</text></svg>'),
  'OEBPS/text/one.xhtml': page(
    '<h1>I. Loomings</h1><p>Call me <b>Ishmael</b>.</p><p>Some years&nbsp;ago&#8212;never mind.</p>',
  ),
  'OEBPS/text/two b.xhtml': page('<h1>II</h1><p>I stuffed a shirt<br/>or two.</p>'),
  'OEBPS/text/ad.xhtml': page('<p>Buy more books</p>'),
}

async function write(
  name: string,
  changed: Record<string, string | undefined> = {},
  change: Record<string, ZipChange> = {},
) {
  const all = Object.entries({ ...entries, ...changed }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  await folder.write(name, zip(Object.fromEntries(all), { mimetype: { stored: true }, ...change }))
  return { path: name, baseDir }
}

async function fault(name: string, changed: Record<string, string | undefined>, change?: Record<string, ZipChange>) {
  const { error } = await readToFault(books(await write(name, changed, change)))
  expect(error).toBeInstanceOf(DataError)
  return String(error)
}

describe('a book', () => {
  test('whole', async () => {
    const rows = await readAll(books(await write('a.epub')))
    expect(rows).toEqual([
      {
        id: 'a.epub',
        text: 'I. Loomings\n\nCall me Ishmael.\n\nSome years ago—never mind.\n\nII\n\nI stuffed a shirt\nor two.',
        source: 'books',
        part: 0,
        last: true,
        url: 'https://www.gutenberg.org/ebooks/2701',
        created: null,
        lang: 'en',
        metadata: {
          title: 'The & Whale',
          author: 'Herman Melville, A. Editor',
          date: '1851',
          identifier: 'http://www.gutenberg.org/2701',
        },
      },
    ])
  })

  test('by chapters, with the headings of the contents', async () => {
    const rows = await readAll(books({ ...(await write('a.epub')), chapters: true }))
    expect(rows.map(row => [row.id, row.metadata?.chapter, row.text.slice(0, 12)])).toEqual([
      ['a.epub#1', 'I. Loomings', 'I. Loomings\n'],
      ['a.epub#2', 'II. The Carpet-Bag', 'II\n\nI stuffe'],
    ])
  })

  test('of EPUB 2: headings from the NCX', async () => {
    const ncx =
      '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Part One</text></navLabel><content src="text/one.xhtml"/>' +
      '<navPoint><navLabel><text>Two</text></navLabel><content src="text/two%20b.xhtml#x"/></navPoint></navPoint></navMap></ncx>'
    const changed = {
      'OEBPS/content.opf': opf(
        [
          { href: 'text/one.xhtml' },
          { href: 'text/two%20b.xhtml' },
          { href: 'toc.ncx', type: 'application/x-dtbncx+xml' },
        ],
        ' toc="i2"',
      ),
      'OEBPS/toc.ncx': ncx,
    }
    const rows = await readAll(books({ ...(await write('two.epub', changed)), chapters: true }))
    expect(rows.map(row => row.metadata?.chapter)).toEqual(['Part One', 'Two'])
  })

  test('in a folder of books of both kinds', async () => {
    await write('mixed/b.epub')
    await folder.write('mixed/a.txt', 'Plain.\n')
    expect((await readAll(books({ path: 'mixed', baseDir }))).map(row => row.id)).toEqual([
      'mixed/a.txt',
      'mixed/b.epub',
    ])
  })

  test('without the header and footer of Project Gutenberg', async () => {
    const header =
      '<pre>The Project Gutenberg EBook of Moby Dick\n\nTitle: Moby Dick\n\n*** START OF THIS PROJECT GUTENBERG EBOOK MOBY DICK ***\n</pre>'
    const footer = '<p>*** END OF THIS PROJECT GUTENBERG EBOOK MOBY DICK ***</p><p>Licence</p>'
    const changed = {
      'OEBPS/text/cover.xhtml': page(`${header}<p>MOBY DICK</p>`),
      'OEBPS/text/two b.xhtml': page(`<p>The end.</p>${footer}`),
    }
    const [row] = await readAll(books(await write('pg.epub', changed)))
    expect(row!.text).toMatch(/^MOBY DICK\n\nI\. Loomings/)
    expect(row!.text).toMatch(/The end\.$/)
  })

  test('in UTF-16 and in Windows-1252', async () => {
    const text = (encoding: string): string =>
      `<?xml version="1.0" encoding="${encoding}"?><html><body><p>Café</p></body></html>`
    await folder.write(
      'enc.epub',
      zip({
        ...entries,
        'OEBPS/text/one.xhtml': Buffer.from(`\ufeff${text('utf-16')}`, 'utf16le'),
        'OEBPS/text/two b.xhtml': Buffer.from(text('windows-1252'), 'latin1'),
      }),
    )
    expect((await readAll(books({ path: 'enc.epub', baseDir })))[0]!.text).toBe('Café\n\nCafé')
  })
})

describe('hostile and broken books', () => {
  test('names that lead out of the archive are not followed', async () => {
    const spine = [
      '../../../etc/passwd',
      '/etc/passwd',
      'C:\\x.xhtml',
      'file:///etc/passwd',
      'http://a.example/x',
      '%2e%2e/%2e%2e/x.xhtml',
    ]
    const changed = {
      'OEBPS/content.opf': opf([...spine.map(href => ({ href })), { href: 'text/one.xhtml' }]),
      '../../x.xhtml': page('outside'),
      '/etc/passwd': page('outside'),
    }
    const source = books(await write('escape.epub', changed))
    const rows = await readAll(source)
    expect(rows.map(row => row.text)).toEqual(['I. Loomings\n\nCall me Ishmael.\n\nSome years ago—never mind.'])
    expect(source.summary!()!.message).toMatch(/^left out \d+ chapters? that (is|are) not in (its|their) archive$/)
  })

  test('bombs are bounded by what the directory says, and by what comes out', async () => {
    const bomb = page('x'.repeat(40_000_000))
    expect(await fault('bomb.epub', { 'OEBPS/text/one.xhtml': bomb })).toBe(
      'books: bomb.epub: OEBPS/text/one.xhtml: an entry of the zip archive has over 33554432 bytes; leave the file out',
    )
    expect(
      await fault('lie.epub', { 'OEBPS/text/one.xhtml': bomb }, { 'OEBPS/text/one.xhtml': { size: 1000 } }),
    ).toMatch(
      'OEBPS/text/one.xhtml: the zip archive is damaged or cut short: an entry cannot be unpacked (Cannot create a Buffer larger than 1000 bytes)',
    )
  })

  test('what cannot be read', async () => {
    const locked =
      '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></enc:EncryptedData></encryption>'
    expect(await fault('drm.epub', { 'META-INF/encryption.xml': locked })).toBe(
      'books: drm.epub: META-INF/encryption.xml: the book is locked (DRM): its text is encrypted; leave it out of "path"',
    )
    const fonts = locked.replace('http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'http://www.idpf.org/2008/embedding')
    expect(await readAll(books(await write('fonts.epub', { 'META-INF/encryption.xml': fonts })))).toHaveLength(1)
    expect(await fault('no.epub', { 'META-INF/container.xml': undefined })).toBe(
      'books: no.epub: it is no EPUB: META-INF/container.xml is missing; leave it out of "path", or unpack it',
    )
    expect(await fault('noopf.epub', { 'OEBPS/content.opf': undefined })).toMatch('its package document is missing')
    expect(await fault('empty.epub', { 'OEBPS/content.opf': opf([]) })).toMatch('names nothing to read')
    await folder.write('text.epub', 'Call me Ishmael.')
    await expect(readAll(books({ path: 'text.epub', baseDir: folder.path }))).rejects.toThrow(
      'expected an EPUB, found no zip archive',
    )
    expect(await fault('locked.epub', {}, { 'OEBPS/text/one.xhtml': { flags: 1 } })).toMatch('is encrypted')
    expect(await fault('method.epub', {}, { 'OEBPS/text/one.xhtml': { method: 14 } })).toMatch('is packed by method 14')
    expect(await fault('deep.epub', { 'OEBPS/text/one.xhtml': page('<div>'.repeat(600)) })).toMatch(
      'nest deeper than 512',
    )
  })

  test('cut anywhere, it is a clear error', async () => {
    const whole = zip(entries)
    for (let length = 30; length < whole.length; length += 61) {
      await folder.write('cut.epub', whole.subarray(0, length))
      const { error } = await readToFault(books({ path: 'cut.epub', baseDir }))
      expect(error).toBeInstanceOf(DataError)
    }
  })
})

test('stopped anywhere, the documents that would have followed follow', async () => {
  await write('resume.epub')
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 8, max: 90 }), fc.boolean(), async (maxDocumentBytes, chapters) => {
      const path = ['resume.epub', 'a.epub']
      joined(await expectResumes(books({ path, baseDir, chapters, maxDocumentBytes, frameBytes: 1 })))
    }),
    { numRuns: 20 },
  )
})
