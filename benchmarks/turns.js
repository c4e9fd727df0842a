// How long the event loop is kept busy in one turn by each source and refining stage, on input that is made to keep it busy.
// usage: node benchmarks/turns.js [MEGABYTES=200] [CASE …]
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline as piped } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { books, files, news, social, text, wiki, writeDocuments } from '@sluice/ingest'
import { run } from '@sluice/pipeline'
import { decontaminate, dedup, language, minhash, normalize, pii, quality } from '@sluice/refine'

const [megabytes = '200', ...wanted] = process.argv.slice(2)
const size = Number(megabytes) * 1e6
const dir = await mkdtemp(join(tmpdir(), 'sluice-turns-'))

/** Milliseconds that this thread has been on a processor: a busy machine does not count. Elsewhere than on Linux the clock must do. */
function onProcessor() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}

let longest = []
let last = 0
let began = 0
/** What a case reads is written before it is measured. */
function begin() {
  longest = []
  last = onProcessor()
  began = performance.now()
}

/** The longest turns of the event loop while `work` is under way. */
async function turnsOf(work) {
  let going = true
  longest = []
  last = onProcessor()
  const turn = () => {
    const now = onProcessor()
    longest.push(now - last)
    if (longest.length > 4096) longest.splice(0, longest.length, ...longest.sort((a, b) => b - a).slice(0, 16))
    last = now
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  const result = await work()
  going = false
  return {
    ...result,
    seconds: (performance.now() - began) / 1000,
    longest: longest.toSorted((a, b) => b - a).slice(0, 5),
  }
}

/** Writes `piece(i)` until there are `bytes` of it. */
async function made(name, piece, bytes = size, head = '', tail = '') {
  const path = join(dir, name)
  const file = await open(path, 'w')
  await file.write(head)
  for (let i = 0, written = 0; written < bytes; ) {
    let chunk = ''
    while (chunk.length < 1e6 && written + chunk.length < bytes) chunk += piece(i++)
    await file.write(chunk)
    written += chunk.length
  }
  await file.write(tail)
  await file.close()
  return path
}

const words = 'the harbour of a silver lantern and that old captain with his journal went to sea in the morning'.split(
  ' ',
)
/** A few numbers make text that does not repeat itself soon. */
const sentence = i =>
  `${Array.from({ length: 12 }, (_, k) => words[(i * (k + 3) + (i >> k)) % words.length]).join(' ')} ${i}. `
const paragraph = i => Array.from({ length: 8 }, (_, k) => sentence(8 * i + k)).join('')
const line = i => `${paragraph(i)}\n`
const object = i => `${JSON.stringify({ id: `${i}`, text: paragraph(i) })}\n`

/** Documents in a format of columns, written first. */
const writtenAndRead = async name => {
  const path = join(dir, name)
  await run({
    source: text({ path: await manyDocuments(), documents: 'line' }),
    stages: [],
    sink: writeDocuments({ path }),
  }).done
  return drained(files({ path }))
}

const drained = async source => {
  begin()
  let bytes = 0
  for await (const { batch } of source.read(undefined, new AbortController().signal)) {
    bytes += batch.getChild('text').data.reduce((sum, { valueOffsets: v, length }) => sum + v[length] - v[0], 0)
  }
  return { bytes }
}
const failing = source => drained(source).catch(error => ({ bytes: 0, fault: String(error).slice(0, 100) }))
const inside = async (path, stages, documents = 'file') => {
  begin()
  let bytes = 0
  const sink = {
    id: 'sink',
    consume({ batch }) {
      bytes += batch.getChild('text').data.reduce((sum, { valueOffsets: v, length }) => sum + v[length] - v[0], 0)
    },
  }
  await run({ source: text({ path, documents }), stages, sink }).done
  return { bytes }
}

const oneDocument = () => made('one.txt', paragraph)
const manyDocuments = () => made('many.txt', line)
const page = i =>
  `<page><title>P${i}</title><ns>0</ns><id>${i + 1}</id><revision><id>1</id><text>${paragraph(i)}</text></revision></page>\n`
const wikitext = inner =>
  `<mediawiki xml:lang="en"><siteinfo><dbname>w</dbname></siteinfo><page><title>P</title><ns>0</ns><id>1</id><revision><id>1</id><text>${inner}</text></revision></page></mediawiki>`
const several = size / 40

const cases = {
  'text, one document of all': async () => drained(text({ path: await oneDocument() })),
  'text, one endless line': async () => drained(text({ path: await oneDocument(), documents: 'line' })),
  'text, one endless paragraph': async () => drained(text({ path: await manyDocuments(), documents: 'paragraph' })),
  'text, empty lines': async () => failing(text({ path: await made('empty.txt', () => '\n'), documents: 'line' })),
  jsonl: async () => drained(files({ path: await made('a.jsonl', object) })),
  'jsonl, one line': async () => failing(files({ path: await made('b.jsonl', paragraph, size, '{"text":"', '"}') })),
  'jsonl, one deep value': async () =>
    failing(files({ path: await made('c.jsonl', () => '[', several, '{"text":"a","x":') })),
  'jsonl, gzip': async () => {
    const path = await made('a.jsonl', object)
    await piped(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`))
    return drained(files({ path: `${path}.gz` }))
  },
  csv: async () => drained(files({ path: await made('a.csv', i => `${i},"${paragraph(i)}"\n`, size, 'id,text\n') })),
  'csv, a quote that is not closed': async () =>
    failing(files({ path: await made('b.csv', line, size, 'id,text\n1,"') })),
  parquet: () => writtenAndRead('a.parquet'),
  arrow: () => writtenAndRead('a.arrow'),
  'books, one book': async () =>
    drained(
      books({
        path: await made('book.txt', i => `${line(i)}\n${i % 50 ? '' : `CHAPTER ${i / 50 + 1}\n\n`}`, several),
        chapters: true,
      }),
    ),
  wiki: async () =>
    drained(
      wiki({
        path: await made('w.xml', page, size, '<mediawiki><siteinfo><dbname>w</dbname></siteinfo>', '</mediawiki>'),
      }),
    ),
  'wiki, no threads': async () =>
    drained(
      wiki({
        path: await made('w.xml', page, size, '<mediawiki><siteinfo><dbname>w</dbname></siteinfo>', '</mediawiki>'),
        threads: 0,
      }),
    ),
  'wiki, a deep page': async () => {
    const path = join(dir, 'deep.xml')
    await writeFile(path, wikitext('{{a|[['.repeat(several / 6)))
    return failing(wiki({ path }))
  },
  'wiki, a deep page, no threads': async () => {
    const path = join(dir, 'deep.xml')
    await writeFile(path, wikitext('{{a|[['.repeat(several / 6)))
    return failing(wiki({ path, threads: 0 }))
  },
  'news, large pages': async () => {
    const path = join(dir, 'page.html')
    await writeFile(
      path,
      `<html><title>T</title><body><article>${Array.from({ length: 2000 }, (_, i) => `<p>${paragraph(i)}</p>`).join('')}</article></body></html>`,
    )
    return failing(news({ path }))
  },
  'news, WARC of pages': async () => {
    const html = `<html><title>T</title><body><nav>a</nav><article>${Array.from({ length: 60 }, (_, i) => `<p>${paragraph(i)}</p>`).join('')}</article></body></html>`
    const http = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${html.length}\r\n\r\n${html}`
    const record = `WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Record-ID: <urn:a>\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: ${http.length}\r\n\r\n${http}\r\n\r\n`
    const member = gzipSync(record)
    const path = join(dir, 'a.warc.gz')
    await writeFile(path, Buffer.concat(Array.from({ length: 300 }, () => member)))
    return drained(news({ path }))
  },
  'news, one large feed': async () =>
    drained(
      news({
        path: await made(
          'a.rss',
          i => `<item><guid>${i}</guid><description>${paragraph(i)}</description></item>`,
          several,
          '<rss version="2.0"><channel>',
          '</channel></rss>',
        ),
      }),
    ),
  'social, Reddit': async () =>
    drained(
      social({
        path: await made(
          'RC.jsonl',
          i =>
            `${JSON.stringify({ id: `${i}`, body: `**${paragraph(i)}** u/me`, subreddit: 's', link_id: 't3_p', created_utc: 1 })}\n`,
        ),
      }),
    ),
  'social, threads': async () =>
    drained(
      social({
        path: await made(
          'RD.jsonl',
          i =>
            `${JSON.stringify({ id: `${i}`, body: paragraph(i), subreddit: 's', link_id: `t3_${i >> 5}`, parent_id: `t3_${i >> 5}`, created_utc: 1 })}\n`,
          several,
        ),
        threads: true,
      }),
    ),
  'social, one JSON list': async () =>
    drained(
      social({
        path: await made(
          'outbox.json',
          i =>
            `${i ? ',' : ''}${JSON.stringify({ type: 'Note', id: `${i}`, to: 'as:Public', content: `<p>${paragraph(i)}</p>` })}`,
          several,
          '{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollection","orderedItems":[',
          ']}',
        ),
      }),
    ),
}
const stages = {
  normalize: () => normalize(),
  language: () => language(),
  'quality, repetition': () => quality({ rules: ['repetition'] }),
  'quality, gopher': () => quality({ rules: ['gopher'] }),
  'quality, c4': () => quality({ rules: ['c4'] }),
  'quality, fineweb': () => quality({ rules: ['fineweb'] }),
  dedup: () => dedup(),
  minhash: () => minhash(),
  pii: () => pii(),
  decontaminate: () => decontaminate({ texts: [paragraph(3)], ngram: 13 }),
}
for (const [name, make] of Object.entries(stages)) {
  cases[`${name}, many documents`] = async () => inside(await made('some.txt', line, several), [make()], 'line')
  cases[`${name}, one document`] = async () => inside(await made('large.txt', paragraph, several), [make()])
  cases[`${name}, one line of one word`] = async () =>
    inside(await made('word.txt', () => 'abcdefghij', several), [make()])
  cases[`${name}, Chinese`] = async () =>
    inside(await made('zh.txt', i => `${'春眠不觉晓处处闻啼鸟夜来风雨声花落知多少'.repeat(3)}${i}。`, several / 3), [
      make(),
    ])
  cases[`${name}, Chinese without a mark`] = async () =>
    inside(await made('run.txt', () => '春眠不觉晓处处闻啼鸟夜来风雨声花落知多少', several / 3), [make()])
  // No line has words between white space.
  cases[`${name}, Chinese in short lines`] = async () =>
    inside(await made('poem.txt', i => `春眠不觉晓${String.fromCharCode(0x4e00 + (i % 20000))}\n`, several / 3), [
      make(),
    ])
}

process.stdout.write(
  `longest turns of the event loop, ms of this thread's own time; the longest of each case should be under 50\n`,
)
let over = 0
try {
  for (const [name, work] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.some(each => name.includes(each))) continue
    const { bytes, seconds, longest, fault } = await turnsOf(work)
    if (longest[0] > 50) over++
    const told = longest.map(ms => ms.toFixed(0).padStart(5)).join('')
    process.stdout.write(
      `${name.padEnd(40)}${told}  ${(bytes / 1e6).toFixed(0).padStart(5)} MB in ${seconds.toFixed(1)} s${fault ? `  ${fault}` : ''}\n`,
    )
  }
} finally {
  await rm(dir, { recursive: true, force: true })
}
process.stdout.write(`${over} of them over 50 ms\n`)
