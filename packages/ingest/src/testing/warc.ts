import { gzipSync } from 'node:zlib'

export interface TestRecord {
  type?: string
  id?: string
  url?: string
  date?: string
  contentType?: string
  block: string | Uint8Array
  /** Instead of the true length. */
  length?: string
  /** Fields of its own. */
  fields?: Record<string, string>
}

/** A record of a WARC file as ISO 28500 has it. */
export function warcRecord(record: TestRecord): Buffer {
  const { type = 'response', id, url, date = '2024-04-25T16:27:48Z', contentType, block, length, fields = {} } = record
  const bytes = Buffer.from(block as Uint8Array)
  const lines = [
    'WARC/1.0',
    `WARC-Type: ${type}`,
    ...(id === undefined ? [] : [`WARC-Record-ID: <urn:uuid:${id}>`]),
    ...(url === undefined ? [] : [`WARC-Target-URI: ${url}`]),
    `WARC-Date: ${date}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${contentType ?? (type === 'conversion' ? 'text/plain' : 'application/http; msgtype=response')}`,
    `Content-Length: ${length ?? bytes.length}`,
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes, Buffer.from('\r\n\r\n')])
}

export function httpMessage(
  body: string | Uint8Array,
  fields: Record<string, string> = { 'Content-Type': 'text/html; charset=utf-8' },
  status = '200 OK',
): Buffer {
  const head = [`HTTP/1.1 ${status}`, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body as Uint8Array)])
}

/** A body in chunks of `size` bytes. */
export function chunked(body: Uint8Array, size: number): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size)
    chunks.push(Buffer.from(`${chunk.length.toString(16)};x=1\r\n`), Buffer.from(chunk), Buffer.from('\r\n'))
  }
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')])
}

/** A member for each record, as crawlers write them. */
export const gzipMembersOf = (records: readonly Buffer[]): Buffer =>
  Buffer.concat(records.map(record => gzipSync(record)))

/** A page that the extractor takes for an article. */
export function articlePage(title: string, paragraphs: readonly string[]): string {
  return (
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><script>var x = "<p>no</p>"</script></head><body>` +
    `<nav><ul><li><a href="/">Home</a></li><li><a href="/all">All the news</a></li></ul></nav>` +
    `<article><h1>${title}</h1>${paragraphs.map(paragraph => `<p>${paragraph}</p>`).join('\n')}</article>` +
    '<aside><p>Read also: nine whales that you will not believe.</p></aside><footer><p>Imprint, cookies, terms</p></footer></body></html>'
  )
}

/** Enough words for an article. */
export const prose = (word: string): string =>
  `The ${word} was seen to leeward, and the ${word} was white, as all who saw the ${word} have sworn, one and all. `
    .repeat(4)
    .trim()
