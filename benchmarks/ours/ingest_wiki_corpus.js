import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached, documents, generator } from './ingest_corpus.js'

const samples = process.env.BENCH_SAMPLES ?? fileURLToPath(new URL('../../../shared/data/samples', import.meta.url))
const sample = join(samples, 'wiki/enwiki-sample-pages-articles.xml.bz2')
const python = process.env.BENCH_PYTHON ?? 'python3'

/**
 * A dump as Wikipedia publishes it: bzip2, a stream for each 100 pages. The pages are those of the sample of the English Wikipedia
 * where it lies beside the repository, in each copy other words respelt and other numbers, else pages of generated wikitext. Python
 * packs it, for Node cannot. `bytes`: unpacked.
 */
export default async function corpus(megabytes) {
  const kind = existsSync(sample) ? 'sample' : 'generated'
  const xml = await cached(`wiki-2-${kind}-${megabytes}.xml`, () => dump(megabytes * 1e6))
  const path = `${xml}.bz2`
  if (!existsSync(path)) pack(xml, path)
  return { path, xml, kind, packed: statSync(path).size, bytes: statSync(xml).size }
}

const header = `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>enwiki</dbname>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">File</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
`

function* dump(bytes) {
  yield header
  let made = 0
  const pages = existsSync(sample) ? copies() : generated()
  for (const page of pages) {
    yield page
    made += Buffer.byteLength(page)
    if (made >= bytes) break
  }
  yield '</mediawiki>\n'
}

function* copies() {
  const code = 'import bz2, sys; sys.stdout.buffer.write(bz2.open(sys.argv[1]).read())'
  const { stdout, status } = spawnSync(python, ['-c', code, sample], { maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${python} could not unpack ${sample}; set BENCH_PYTHON`)
  const pages = stdout.toString().match(/ {2}<page>.*?<\/page>\n/gs)
  for (let copy = 0; ; copy++) {
    const respell = speller(copy)
    for (const page of pages) {
      yield page
        .replace(/<id>(\d+)<\/id>/, (_, id) => `<id>${Number(id) + copy * 100_000}</id>`)
        .replace(
          /(<text[^>]*>)(.*)<\/text>/s,
          (_, tag, text) => `${tag}${copy === 0 ? text : text.replace(words, respell)}</text>`,
        )
    }
  }
}

// Words of the prose: what markup is made of (names of files, templates, tags, addresses) stays.
const words = /(?<![{<|/&;#[=A-Za-z:._])[a-z]{4,}(?![a-z]*[=}>|:;./_])/g

/** Other vowels and consonants for each copy, so that no two are alike to a compressor. */
function speller(copy) {
  const random = generator(copy + 1)
  const shuffled = letters => {
    const left = [...letters]
    return [...letters].map(() => left.splice(Math.floor(random() * left.length), 1)[0])
  }
  const table = new Map()
  for (const letters of ['aeiou', 'bcdfghjklmnpqrstvwxyz']) {
    const others = shuffled(letters)
    for (const [i, letter] of [...letters].entries()) table.set(letter, others[i])
  }
  return word => word.replace(/./g, letter => table.get(letter))
}

function* generated() {
  let page = 0
  for (const { id, text } of documents(Number.POSITIVE_INFINITY)) {
    page++
    const escaped = text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
    const body = escaped
      .replace(/\b([A-Z][a-z]{3,})\b/g, '[[$1]]')
      .replace(/\b([a-z]{7,}) ([a-z]{5,})\b/g, "[[$1 (whaling)|$1]] ''$2''")
      .replace(
        /\. /g,
        '.&lt;ref name=&quot;a&quot;&gt;{{cite book|title=Moby-Dick|author=[[Herman Melville]]|year=1851}}&lt;/ref&gt; ',
      )
      .replace(/\n\n/g, `\n\n== Chapter ${page} ==\n[[File:Whale.jpg|thumb|A whale in {{convert|5|m}}]]\n`)
    yield `  <page>
    <title>${id}</title>
    <ns>0</ns>
    <id>${page}</id>
    <revision>
      <id>${page + 1}</id>
      <timestamp>2020-01-01T00:00:00Z</timestamp>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text xml:space="preserve">{{Infobox book\n| name = ${id}\n| image = Whale.jpg\n| pages = {{formatnum:635}}\n}}\n'''${id}''' is a book.\n\n${body}\n\n{{reflist}}\n[[Category:Whales]]</text>
    </revision>
  </page>
`
  }
}

function pack(xml, path) {
  const code = `
import bz2, sys
out = open(sys.argv[2], 'wb')
def stream(lines):
    out.write(bz2.compress(b''.join(lines), 9))
lines, pages = [], 0
for line in open(sys.argv[1], 'rb'):
    if line == b'  <page>\\n' and pages % 100 == 0:
        stream(lines)
        lines = []
    pages += line == b'  <page>\\n'
    lines.append(line)
stream(lines)
`
  const part = `${path}.${process.pid}`
  const { status } = spawnSync(python, ['-c', code, xml, part], { stdio: 'inherit' })
  if (status !== 0) {
    rmSync(part, { force: true })
    throw new Error(`${python} could not pack ${xml}; set BENCH_PYTHON to a Python`)
  }
  renameSync(part, path)
}
