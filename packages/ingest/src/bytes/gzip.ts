import { createGunzip } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import type { ByteReader } from './reader.ts'

/** Bytes of gzip fed at a time. Deflate grows at most 1032-fold, so a bomb holds at most 16.5 MB here. */
const feedBytes = 16 * 1024

/**
 * What a gzip file holds, all its members one after the other (RFC 1952 2.2). zlib works on its own thread.
 *
 * Everything that could be unpacked is given out before an error is.
 *
 * @throws DataError for a file that ends inside a member or is damaged
 */
export function gunzipReader(input: ByteReader, file: string): ByteReader {
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  const chunk = Buffer.allocUnsafeSlow(feedBytes)
  const ready: Buffer[] = []
  let fed = 0
  let failure: (Error & { code?: string }) | undefined
  let ended = false
  // Flowing, so that what zlib has unpacked arrives before a later error throws away what a buffer would hold.
  gunzip.on('data', (bytes: Buffer) => ready.push(bytes))
  gunzip.on('error', error => {
    failure ??= error
  })

  async function feed(): Promise<void> {
    const count = await input.read(chunk)
    fed += count
    await new Promise<void>(resolve => {
      // A fault closes the stream without calling back.
      gunzip.once('close', resolve)
      if (count === 0) gunzip.end()
      else {
        gunzip.write(chunk.subarray(0, count), () => {
          gunzip.off('close', resolve)
          resolve()
        })
      }
    })
    if (count === 0) ended = true
  }

  return {
    async read(into) {
      while (ready.length === 0) {
        if (failure) throw unreadable(failure, file, fed)
        if (ended) return 0
        await feed()
      }
      const first = ready[0]!
      const count = Math.min(into.length, first.length)
      into.set(first.subarray(0, count))
      if (count === first.length) ready.shift()
      else ready[0] = first.subarray(count)
      return count
    },
    async close() {
      gunzip.destroy()
      await input.close()
    },
  }
}

function unreadable(cause: Error & { code?: string }, file: string, fed: number): DataError {
  if (cause.code === 'Z_BUF_ERROR') {
    return new DataError('the gzip data is cut short: the file ends inside a compressed member', {
      file,
      place: `byte ${fed}`,
      advice: 'fetch the file again and compare its size with the original',
      cause,
    })
  }
  return new DataError(`the gzip data is damaged (${cause.message})`, {
    file,
    place: `byte ${Math.max(0, fed - feedBytes)} to ${fed}`,
    advice: 'fetch the file again; `gzip -t` tells whether a copy is whole',
    cause,
  })
}
