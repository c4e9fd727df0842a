import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface TestServer {
  /** `http://127.0.0.1:1234/` */
  readonly url: string
  /** What it was asked: paths with the range, in order. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
}

/** A server on this machine, gone after the tests of a file. */
export async function testServer(answer: RequestListener): Promise<TestServer> {
  const asked: TestServer['asked'] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers })
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

export interface FileAnswer {
  /** Default `"1"`; null: none. */
  readonly etag?: string | null
  readonly modified?: string
  /** Whether parts are given. Default true. */
  readonly ranges?: boolean
  /** Whether the length is told. Default true. */
  readonly length?: boolean
  /** Bytes after which the connection breaks. Default: it does not. */
  readonly breakAfter?: number
}

/** Answers with a file as a usual server does: whole or a part, with its version. */
export function giveFile(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  { etag = '"1"', modified, ranges = true, length = true, breakAfter }: FileAnswer = {},
): void {
  if (etag !== null) response.setHeader('etag', etag)
  if (modified !== undefined) response.setHeader('last-modified', modified)
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const condition = request.headers['if-range']
  const asks = ranges && first !== undefined && (condition === undefined || condition === (etag ?? modified))
  let body = bytes
  if (asks) {
    const start = Number(first)
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    body = bytes.subarray(start, last === '' ? undefined : Number(last) + 1)
    response.statusCode = 206
    response.setHeader('content-range', `bytes ${start}-${start + body.length - 1}/${bytes.length}`)
  }
  if (length) response.setHeader('content-length', body.length)
  if (breakAfter === undefined || breakAfter >= body.length) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, breakAfter), () => response.destroy())
}
