import { promisify } from 'node:util'
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from 'node:zlib'
import { fieldsOf } from './record.ts'

/** An HTTP response as an archive has kept it (RFC 9112). */
export interface HttpResponse {
  readonly status: number
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>
  /** As it was sent: perhaps in chunks, perhaps packed. */
  readonly body: Buffer
}

/** The response in a record's block; undefined where it is none. */
export function httpResponse(block: Buffer): HttpResponse | undefined {
  const status = /^(?:HTTP\/\d(?:\.\d)?|ICY) +(\d{3})/i.exec(block.toString('latin1', 0, 40))?.[1]
  if (status === undefined) return undefined
  const double = block.indexOf('\r\n\r\n')
  const single = block.indexOf('\n\n')
  const far = double >= 0 && (single < 0 || double < single)
  const end = far ? double : single
  if (end < 0) return { status: Number(status), fields: fieldsOf(block.toString('latin1')), body: block.subarray(0, 0) }
  const fields = fieldsOf(block.toString('latin1', 0, end))
  return { status: Number(status), fields, body: block.subarray(end + (far ? 4 : 2)) }
}

/** Why a body cannot be read. */
export class BadBody extends Error {}

/** That a body is larger than is wanted. */
export class LargeBody extends Error {}

/**
 * The body as it was meant: chunks joined, unpacked. Archives keep the fields of the transport even where they have joined and
 * unpacked the body already, so a body that does not look as they say is taken as it is.
 *
 * @param limit bytes over which it is not unpacked
 * @throws BadBody, LargeBody
 */
export async function bodyOf({ fields, body }: HttpResponse, limit: number): Promise<Buffer> {
  let bytes = /chunked/i.test(fields.get('transfer-encoding') ?? '') ? (unchunked(body) ?? body) : body
  const codings = (fields.get('content-encoding') ?? '').toLowerCase().split(',')
  for (const coding of codings.reverse()) bytes = await decoded(bytes, coding.trim(), limit)
  if (bytes.length > limit) throw new LargeBody(`its body has over ${limit} bytes`)
  return bytes
}

/** A body without the frames of its chunks (RFC 9112 7.1), of one that is cut short what there is; undefined where there are none. */
export function unchunked(body: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const feed = body.indexOf(10, at)
    const line = feed < 0 || feed - at > 1024 ? '' : body.toString('latin1', at, feed)
    const size = /^([\da-f]{1,8})[ \t]*(?:;.*)?\r?$/i.exec(line)?.[1]
    if (size === undefined) return at === 0 ? undefined : Buffer.concat(chunks)
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    chunks.push(body.subarray(feed + 1, feed + 1 + length))
    at = feed + 1 + length
    if (body[at] === 13) at++
    if (body[at] === 10) at++
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  raw: promisify(inflateRaw),
  br: promisify(brotliDecompress),
}

async function decoded(bytes: Buffer, coding: string, limit: number): Promise<Buffer> {
  if (coding === '' || coding === 'identity' || bytes.length === 0) return bytes
  // A body that the crawler has cut gives what there is of it.
  const options = { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    if (coding === 'gzip' || coding === 'x-gzip') {
      return bytes[0] === 0x1f && bytes[1] === 0x8b ? await unpackers.gzip(bytes, options) : bytes
    }
    if (coding === 'deflate') {
      // Servers have sent it with and without zlib's frame (RFC 1950).
      const framed = (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | (bytes[1] ?? 0)) % 31 === 0
      return await (framed ? unpackers.deflate : unpackers.raw)(bytes, options)
    }
    if (coding === 'br') {
      return await unpackers.br(bytes, { maxOutputLength: limit, finishFlush: constants.BROTLI_OPERATION_FLUSH })
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new LargeBody(`its body has over ${limit} bytes when unpacked`)
    // Text that is not packed, whatever its field says.
    if (/^\s*</.test(bytes.toString('latin1', 0, 64))) return bytes
    throw new BadBody(`its body cannot be unpacked (${message})`)
  }
  throw new BadBody(`its body is packed with ${coding}, which is not read`)
}
