import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type RunEvent, StateError, StorageError } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { type FileReader, openFile } from '../bytes/file.ts'
import { files } from '../files/files.ts'
import { jsonl } from '../jsonl/jsonl.ts'
import { framesOf, positionsOf, readAll, readToFault, rowsOf } from '../testing/documents.ts'
import { drain } from '../testing/readers.ts'
import { giveFile, testServer } from '../testing/server.ts'
import { text } from '../text/text.ts'
import { addressedFile } from './file.ts'
import type { HttpOptions } from './settings.ts'

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3))
const lines = Array.from({ length: 3000 }, (_, i) =>
  JSON.stringify({ id: `${i}`, text: `line ${i} ${'x'.repeat(i % 90)}` }),
)
const ndjson = Buffer.from(`${lines.join('\n')}\n`)

const serve = async (answer: RequestListener, name = 'file') => {
  const server = await testServer(answer)
  return { ...server, at: `${server.url}${name}` }
}
const open = (url: string, http: HttpOptions = {}, warn?: (message: string) => void): Promise<FileReader> =>
  openFile(addressedFile(url, { http, ...(warn ? { warn } : {}) }))
const fetched = async (url: string, http?: HttpOptions): Promise<Buffer> => {
  const reader = await open(url, http)
  return drain(reader, 5000).finally(() => reader.close())
}
const fault = (url: string, http?: HttpOptions): Promise<unknown> =>
  fetched(url, http).then(
    () => 'no fault',
    error => String(error).replaceAll(/:\d{4,5}\//g, ':1/'),
  )

describe('a body that breaks', () => {
  test('is gone on with where it broke, if it is still the same', async () => {
    const { at, asked } = await serve((request, response) => giveFile(request, response, bytes, { breakAfter: 70_000 }))
    expect(bytes.equals(await fetched(at))).toBe(true)
    expect(asked.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
      ['bytes=0-', undefined],
      ['bytes=70000-', '"1"'],
      ['bytes=140000-', '"1"'],
    ])
    expect(asked[0]!.headers['accept-encoding']).toBe('identity')
  })

  test('of a server that tells no length is not taken for whole', async () => {
    const { at } = await serve((request, response) =>
      giveFile(request, response, bytes, { breakAfter: 150_000, length: false, etag: null }),
    )
    expect(bytes.equals(await fetched(at))).toBe(true)
  })

  test('of a server that gives no parts is read again up to there', async () => {
    let calls = 0
    const { at } = await serve((request, response) =>
      giveFile(request, response, bytes, { ranges: false, ...(calls++ < 2 ? { breakAfter: 90_000 } : {}) }),
    )
    expect(bytes.equals(await fetched(at))).toBe(true)
  })

  test('of a server that breaks off before the place each time is given up', async () => {
    const { at, asked } = await serve((request, response) =>
      giveFile(request, response, bytes, { ranges: false, breakAfter: 90_000 }),
    )
    expect(await fault(at, { retries: 1 })).toBe(
      `${at.replaceAll(/:\d{4,5}\//g, ':1/')}: byte 90000: the connection failed (ECONNRESET), after 2 tries; ` +
        'try again later, or fetch the file first and name the copy',
    )
    expect(asked).toHaveLength(2)
  })

  test('and has changed since is a fault, whether the server says so by ETag, date or size', async () => {
    for (const [before, after, message] of [
      [{ etag: '"1"' }, { etag: '"2"' }, 'its ETag was "1" and is "2"'],
      [
        { etag: null, modified: 'Mon, 01 Jan 2024 00:00:00 GMT' },
        { etag: null, modified: 'Tue, 02 Jan 2024 00:00:00 GMT' },
        'it was of Mon, 01 Jan 2024 00:00:00 GMT and is of Tue, 02 Jan 2024 00:00:00 GMT',
      ],
    ] as const) {
      let calls = 0
      const { at } = await serve((request, response) =>
        giveFile(request, response, bytes, calls++ === 0 ? { ...before, breakAfter: 10_000 } : after),
      )
      expect(await fault(at)).toContain(
        `the file on the server is not the one that was begun: ${message}; start a new run`,
      )
    }
    let calls = 0
    const { at } = await serve((request, response) => {
      if (calls++ === 0) giveFile(request, response, bytes, { etag: null, breakAfter: 10_000 })
      else giveFile(request, response, bytes.subarray(0, 5000), { etag: null })
    })
    expect(await fault(at)).toContain('it had 200000 bytes and has 5000')
  })
})

describe('servers that lie', () => {
  test('about the length: a body shorter than it says ends with what was there', async () => {
    const { at } = await serve((request, response) => {
      const start = Number(/bytes=(\d+)/.exec(request.headers.range!)![1])
      if (start >= 1000) response.writeHead(503).end()
      else {
        response.writeHead(206, { 'content-range': `bytes ${start}-4999/5000`, 'content-length': 5000 - start })
        response.write(bytes.subarray(start, 1000), () => response.destroy())
      }
    })
    const reader = await open(at, { retries: 1 })
    const first = await drain({ ...reader, read: into => reader.read(into.subarray(0, 1000)) }).catch(error =>
      String(error),
    )
    expect(first).toContain('byte 1000: the server answered 503 Service Unavailable, after 2 tries')
  })

  test('about the place', async () => {
    let calls = 0
    const { at } = await serve((request, response) => {
      if (calls++ === 0) giveFile(request, response, bytes, { breakAfter: 1000 })
      else response.writeHead(206, { etag: '"1"', 'content-range': 'bytes 5-199999/200000' }).end(bytes.subarray(5))
    })
    expect(await fault(at)).toContain('the server was asked for byte 1000 and gives byte 5')
  })

  test('about packing', async () => {
    const { at } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x'))
    expect(await fault(at)).toContain('the server sends it packed with br, though asked not to')
  })

  test('and send without end', async () => {
    const { at } = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536)
      const more = () => response.write(chunk, error => error ?? setImmediate(more))
      response.writeHead(200)
      more()
    })
    expect(await fault(at, { maxBytes: 1_000_000 })).toContain('it has over 1000000 bytes; raise http.maxBytes')
  })

  test('or tell of more than is believed', async () => {
    const { at } = await serve((request, response) => giveFile(request, response, bytes))
    expect(await fault(at, { maxBytes: 1000 })).toContain('it has over 1000 bytes; raise http.maxBytes')
  })
})

describe('servers that are busy or slow', () => {
  test('are asked again, after the time that they say', async () => {
    let calls = 0
    const warnings: string[] = []
    const { at } = await serve((request, response) => {
      if (calls++ === 0) response.writeHead(429, { 'retry-after': '0.2' }).end()
      else if (calls === 2) response.writeHead(503).end()
      else giveFile(request, response, bytes)
    })
    const reader = await open(at, {}, message => warnings.push(message))
    expect(bytes.equals(await drain(reader))).toBe(true)
    await reader.close()
    expect(warnings).toEqual([
      `${at}: byte 0: the server answered 429 Too Many Requests; trying again in 0.2 s`,
      `${at}: byte 0: the server answered 503 Service Unavailable; trying again in 1 s`,
    ])
  })

  test('and not where it would not help', async () => {
    const { at, asked } = await serve((_, response) => response.writeHead(404).end())
    expect(await fault(at)).toContain('the server answered 404 Not Found; check the spelling of the address')
    expect(asked).toHaveLength(1)
    const gone = await testServer(() => {})
    expect(await open(gone.url.replace('127.0.0.1', 'nowhere.invalid')).catch(error => error)).toBeInstanceOf(
      StorageError,
    )
  })

  test('are not waited for without end', async () => {
    const { at } = await serve(() => {})
    expect(await fault(at, { timeout: 0.1, retries: 0 })).toContain(
      'the server did not answer for 0.1 s, after one try',
    )
    const stalls = await serve((_, response) => {
      response.writeHead(200)
      response.write('begun')
    })
    expect(await fault(stalls.at, { timeout: 0.1, retries: 0 })).toContain('byte 5: the server sent nothing for 0.1 s')
  })

  test('do not hold up a run that is stopped', async () => {
    const { at } = await serve((_, response) => void response.writeHead(200).write('one\n'))
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    const rows = []
    for await (const frame of text({ path: at, documents: 'line' }).read(undefined, stop.signal))
      rows.push(...rowsOf(frame))
    // The line may go on: it is no document yet.
    expect(rows).toEqual([])
  })
})

describe('redirects', () => {
  test('are followed, relative ones too; names and passwords only to the same server', async () => {
    const target = await serve((request, response) => giveFile(request, response, bytes))
    const { url, asked } = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: 'b' }).end()
      else response.writeHead(308, { location: target.at }).end()
    })
    const reader = await open(`${url.replace('//', '//me:se%20cret@')}a`)
    expect(bytes.equals(await drain(reader))).toBe(true)
    await reader.close()
    const basic = `Basic ${Buffer.from('me:se cret').toString('base64')}`
    expect(asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/a', basic],
      ['/b', basic],
    ])
    expect(target.asked[0]!.headers.authorization).toBeUndefined()
  })

  test('without end are not', async () => {
    const { at, asked } = await serve((_, response) => response.writeHead(302, { location: '/file' }).end())
    expect(await fault(at)).toContain('the server redirects more than 10 times; name the address that it leads to')
    expect(asked).toHaveLength(11)
  })

  test('nor those to anything but a server', async () => {
    const { at } = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    expect(await fault(at)).toContain(
      'the server redirects to "file:///etc/passwd"; name an address of http: or https:',
    )
  })
})

describe('documents of a server', () => {
  const snappy = readFileSync(fileURLToPath(new URL('../parquet/golden/snappy.parquet', import.meta.url)))
  const contents: Record<string, Buffer> = {
    '/a.jsonl': ndjson,
    '/a.jsonl.gz': gzipSync(ndjson),
    '/b.csv?x=1': Buffer.from('id;text\n1;one\n2;two\n'),
    '/c.parquet': snappy,
    '/d.txt': Buffer.from('caf\u00e9 '.repeat(50_000)),
  }
  const answer: RequestListener = (request, response) =>
    giveFile(request, response, contents[request.url!]!, { breakAfter: 20_000 })

  test('are those of the same file here, and resume after any frame', async () => {
    const { url } = await testServer(answer)
    for (const path of Object.keys(contents)) {
      const source = files({ path: url + path.slice(1), onError: 'skip', frameBytes: 40_000, metadata: false })
      const frames = await framesOf(source)
      const rows = frames.map(rowsOf)
      expect(rows.flat()).not.toHaveLength(0)
      for (const [i, position] of positionsOf(frames, 'files').entries()) {
        if (i % 3 === 0) expect(await readAll(source, position)).toEqual(rows.slice(i + 1).flat())
      }
    }
    const [first] = await readAll(files({ path: `${url}b.csv?x=1` }))
    expect(first).toMatchObject({ id: '1', text: 'one' })
    expect(await readAll(jsonl({ path: [`${url}a.jsonl`, `${url}a.jsonl.gz`] }))).toHaveLength(6000)
  })

  test('a name and password are in no id, cursor or message', async () => {
    const { url } = await testServer(answer)
    const source = text({ path: `${url.replace('//', '//me:secret@')}d.txt` })
    const frames = await framesOf(source)
    expect(frames.flatMap(rowsOf)[0]!.id).toBe(`${url}d.txt`)
    expect(JSON.stringify(frames.map(frame => frame.cursor))).not.toContain('secret')
  })

  test('a file that has changed since the run was stopped is not gone on with', async () => {
    let etag = '"1"'
    const { url } = await testServer((request, response) => giveFile(request, response, ndjson, { etag }))
    const make = () => jsonl({ path: `${url}a.jsonl`, frameBytes: 10_000 })
    const frames = await framesOf(make())
    const position = positionsOf(frames, 'jsonl')[2]!
    expect(position).toMatchObject({ version: { etag: '"1"', size: ndjson.length } })
    expect(await readAll(make(), position)).toEqual(frames.slice(3).flatMap(rowsOf))
    etag = '"2"'
    const error = await readAll(make(), position).catch(error => error)
    expect(error).toBeInstanceOf(StateError)
    expect(String(error)).toBe(
      `jsonl: ${url}a.jsonl: the file on the server is not the one that was begun: its ETag was "1" and is "2"; ` +
        'start a new run, or name a copy that does not change',
    )
  })

  test('what was whole comes before the fault', async () => {
    let calls = 0
    const { url } = await testServer((request, response) => {
      if (calls++ === 0) giveFile(request, response, ndjson, { breakAfter: 100_000 })
      else response.writeHead(500).end()
    })
    const events: RunEvent[] = []
    const source = jsonl({ path: `${url}a.jsonl`, http: { retries: 1 }, emit: event => events.push(event) })
    const { rows, error } = await readToFault(source)
    expect(rows.length).toBeGreaterThan(1000)
    expect(rows.map(row => row.id)).toEqual(rows.map((_, i) => `${i}`))
    expect(String(error)).toContain('byte 100000: the server answered 500 Internal Server Error, after 2 tries')
  })

  test('formats that need their end first say so where a server gives no parts', async () => {
    const { url } = await testServer((request, response) => giveFile(request, response, snappy, { ranges: false }))
    const { error } = await readToFault(files({ path: `${url}c.parquet` }))
    expect(String(error)).toBe(
      `files: ${url}c.parquet: a Parquet file has its index at its end, and the server gives it from its beginning only; ` +
        'fetch the file first and name the copy',
    )
  })
})
