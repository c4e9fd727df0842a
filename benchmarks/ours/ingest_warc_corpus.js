import { statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { cached, documents } from './ingest_corpus.js'

/** A WET file as Common Crawl writes it: a record of plain text for each page, each a gzip member of its own. `bytes`: unpacked. */
export default async function corpus(megabytes) {
  const path = await cached(`warc-1-${megabytes}.warc.wet.gz`, () => records(megabytes))
  return { path, packed: statSync(path).size, bytes: megabytes * 1e6 }
}

function* records(megabytes) {
  let made = 0
  const member = (fields, block) => {
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    const record = Buffer.from(
      `WARC/1.0\r\n${head.join('')}Content-Length: ${Buffer.byteLength(block)}\r\n\r\n${block}\r\n\r\n`,
    )
    made += record.length
    return gzipSync(record)
  }
  yield member(
    { 'WARC-Type': 'warcinfo', 'WARC-Date': '2024-01-01T00:00:00Z', 'Content-Type': 'application/warc-fields' },
    'a: b\r\n',
  )
  for (const { id, text, url, date } of documents(2 * megabytes * 1e6)) {
    if (made >= megabytes * 1e6) return
    yield member(
      {
        'WARC-Type': 'conversion',
        'WARC-Target-URI': url,
        'WARC-Date': date.replace(/\.\d+/, ''),
        'WARC-Record-ID': `<urn:uuid:${id}>`,
        'WARC-Refers-To': '<urn:uuid:8f2b1b5e-0000-4000-8000-000000000000>',
        'WARC-Block-Digest': 'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ',
        'WARC-Identified-Content-Language': 'eng',
        'Content-Type': 'text/plain',
      },
      `${text}\n`,
    )
  }
}
