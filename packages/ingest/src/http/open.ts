import { setTimeout as pause } from 'node:timers/promises'
import type { FileReader } from '../bytes/file.ts'
import { type Connection, connect } from './connect.ts'
import { connectionFault, givenUp, PassingFault, tooLarge } from './faults.ts'
import type { RemoteFile } from './remote.ts'

/** Bytes that are read and thrown away rather than asked for by another request. */
const skipMost = 256 * 1024
/** Seconds of the first pause before another try; each further one is twice as long, up to a minute. */
const firstPause = 0.5
const longestPause = 60

/**
 * Opens a file on a server. It is read as it comes; a connection that breaks is made again from where it broke, as long as the
 * file is still the same. What is sought is asked for, or read up to where the server gives no parts of files.
 *
 * @throws StorageError when the server does not give it, StateError when it has changed, DataError when it is over `maxBytes`
 */
export async function openRemote(remote: RemoteFile): Promise<FileReader> {
  const { name, settings, signal } = remote
  let connection: Connection | undefined
  let chunks: AsyncIterator<Buffer> | undefined
  let held: Buffer = Buffer.alloc(0)
  /** The byte that `held` begins at, and the next one that is wanted. */
  let at = 0
  let wanted = 0
  /** The end of the part that is wanted, and of the one that was asked for. */
  let until: number | undefined
  let bound: number | undefined
  /** Tries on end that gave nothing, and whether there was something before them. */
  let tries = 0
  let progress = false
  let size: number | undefined

  function drop(): void {
    connection?.body.destroy()
    connection = undefined
    chunks = undefined
    held = Buffer.alloc(0)
  }

  /** Tries until it succeeds or nothing more helps. */
  async function tried<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        drop()
        if (!(error instanceof PassingFault)) throw error
        if (tries >= settings.retries) throw givenUp(name, error, { byte: wanted, tries: tries + 1 })
        // Long bodies do break: a pause is for servers that give nothing.
        const own = progress ? 0 : firstPause * 2 ** tries
        const seconds = Math.min(longestPause, error.wait ?? own)
        tries++
        progress = false
        if (seconds > 0) remote.warn(`${name}: byte ${wanted}: ${error.message}; trying again in ${seconds} s`)
        await pause(seconds * 1000, undefined, signal ? { signal } : {})
      }
    }
  }

  async function begin(): Promise<void> {
    bound = until !== undefined && until > wanted ? until : undefined
    const begun = await connect(remote, wanted, bound)
    size ??= begun?.size ?? remote.version?.size
    if (!begun) return
    connection = begun
    if (!begun.ranges) bound = undefined
    chunks = begun.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    at = begun.start
  }

  /** The next chunk, or the end: undefined. */
  async function next(): Promise<Buffer | undefined> {
    const { body } = connection!
    const timer = setTimeout(() => {
      body.destroy(new PassingFault(`the server sent nothing for ${settings.timeout} s`))
    }, settings.timeout * 1000)
    const result = await chunks!
      .next()
      .catch(cause => {
        throw cause instanceof PassingFault || signal?.aborted ? cause : connectionFault(name, cause)
      })
      .finally(() => clearTimeout(timer))
    if (result.done !== true) return result.value
    const end = bound ?? size
    if (end !== undefined && at < end) throw new PassingFault(`it ends at byte ${at} of ${end}`)
    return undefined
  }

  /** Makes `held` begin with the byte that is wanted. False: the file ends before it. */
  async function reach(): Promise<boolean> {
    if (size !== undefined && wanted >= size) return false
    if (connection && (wanted < at || wanted - at > held.length + skipMost)) drop()
    if (!connection) {
      await begin()
      if (!connection) return false
    }
    for (;;) {
      const skip = Math.min(held.length, wanted - at)
      held = held.subarray(skip)
      at += skip
      if (held.length > 0) return true
      const chunk = await next()
      if (chunk === undefined) {
        if (bound !== undefined) {
          // The part that was asked for is over, the file may not be.
          drop()
          return reach()
        }
        size ??= at
        return false
      }
      held = chunk
      if (at + held.length > settings.maxBytes) throw tooLarge(name, settings.maxBytes)
    }
  }

  await tried(begin)
  return {
    // What the server does not tell may be anything.
    get size() {
      return size ?? Number.POSITIVE_INFINITY
    },
    seekable: connection === undefined || (connection as Connection).ranges,
    seek(byte, end) {
      if (end !== until && wanted !== byte) drop()
      wanted = byte
      until = end
    },
    async read(into) {
      if (!(await tried(reach))) return 0
      // Not before: a server that gives no parts may break off again and again on the way to what is wanted.
      tries = 0
      progress = true
      const count = Math.min(into.length, held.length)
      into.set(held.subarray(0, count))
      held = held.subarray(count)
      at += count
      wanted = at
      return count
    },
    async close() {
      drop()
    },
  }
}
