import type { IncomingMessage } from 'node:http'
import { ConfigError } from '@sluice/pipeline'

/** Bytes of a request: a text of a megabyte, escaped. */
const limit = 8 * 2 ** 20

/** The JSON a request carries. @throws ConfigError where it carries none, or too much */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new ConfigError('the request must be application/json')
  }
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > limit) throw new ConfigError(`the request is longer than ${limit} bytes`)
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch {
    throw new ConfigError('the request is no JSON')
  }
}
