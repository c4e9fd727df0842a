import type { IncomingMessage } from 'node:http'
import { DataError } from '@sluice/pipeline'
import { answerTo } from './answer.ts'
import { changed, statusFault, tooLarge } from './faults.ts'
import type { RemoteFile } from './remote.ts'
import { conditionOf, differenceOf, type Version } from './version.ts'

/** A body that is under way. */
export interface Connection {
  readonly body: IncomingMessage
  /** The byte of the file that it begins at. */
  readonly start: number
  /** Bytes of the whole file; undefined where the server does not tell. */
  readonly size: number | undefined
  /** Whether the server gives parts of files. */
  readonly ranges: boolean
}

/**
 * Asks for a file from a byte on. A server that gives no parts answers with the whole: `start` is 0 then.
 *
 * @param end the byte after the last one that is wanted; undefined: up to the end
 * @returns undefined where the file ends at that very byte
 * @throws PassingFault, StorageError, StateError for a file that is not what it was, DataError for an answer that cannot be
 */
export async function connect(remote: RemoteFile, byte: number, end?: number): Promise<Connection | undefined> {
  const { name, settings } = remote
  const condition = byte > 0 && remote.version ? conditionOf(remote.version) : undefined
  const body = await answerTo(remote, {
    range: `bytes=${byte}-${end === undefined ? '' : end - 1}`,
    ...(condition === undefined ? {} : { 'if-range': condition }),
  })
  try {
    const part = partOf(body)
    if (body.statusCode === 416) {
      // Behind the end: of an empty file, or of one that has just been read to its end.
      const size = part?.size ?? (byte === 0 ? 0 : undefined)
      if (size === undefined || size > byte) throw new DataError('the server refuses a part of it', { file: name })
      agree(remote, { ...versionOf(body), size })
      if (size < byte) throw changed(name, `it had ${byte} bytes and has ${size}`)
      body.destroy()
      return undefined
    }
    if (body.statusCode !== 200 && body.statusCode !== 206) {
      throw statusFault(name, `${body.statusCode} ${body.statusMessage}`.trim(), body.headers['retry-after'])
    }
    const encoding = body.headers['content-encoding'] ?? 'identity'
    // Packed in a way that is known by content, or not at all.
    if (!/^(identity|x-gzip|gzip|zstd)?$/i.test(encoding.trim())) {
      throw new DataError(`the server sends it packed with ${encoding}, though asked not to`, {
        file: name,
        advice: 'fetch the file first and name the copy',
      })
    }
    const whole = body.statusCode === 200
    if (!whole && part?.start !== byte) {
      throw new DataError(
        `the server was asked for byte ${byte} and gives ${part ? `byte ${part.start}` : 'no place'}`,
        {
          file: name,
          advice: 'fetch the file first and name the copy',
        },
      )
    }
    const size = whole ? lengthOf(body) : part!.size
    agree(remote, { ...versionOf(body), ...(size === undefined ? {} : { size }) })
    if (size !== undefined && size > settings.maxBytes) throw tooLarge(name, settings.maxBytes)
    return { body, start: whole ? 0 : byte, size, ranges: !whole }
  } catch (error) {
    body.destroy()
    throw error
  }
}

/** Holds the file to what it was before. */
function agree(remote: RemoteFile, now: Version): void {
  const difference = remote.version && differenceOf(remote.version, now)
  if (difference !== undefined) throw changed(remote.name, difference)
  remote.version ??= now
}

function versionOf({ headers }: IncomingMessage): Version {
  const { etag, 'last-modified': modified } = headers
  return { ...(etag === undefined ? {} : { etag }), ...(modified === undefined ? {} : { modified }) }
}

/** `Content-Range: bytes 5-9/10`, or of a refusal that tells the size, with `start` 0. */
function partOf({ headers }: IncomingMessage): { start: number; size: number | undefined } | undefined {
  const found = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(headers['content-range'] ?? '')
  if (!found) return undefined
  return { start: Number(found[1] ?? 0), size: found[2] === '*' ? undefined : Number(found[2]) }
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}
