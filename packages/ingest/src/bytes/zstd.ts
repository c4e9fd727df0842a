import { DataError } from '@sluice/pipeline'
import { Decompress } from 'fzstd'
import type { ByteReader } from './reader.ts'

/** Bytes of history that a frame may ask for: what `zstd` itself allows without `--long`. */
const maxWindow = 128 * 1024 * 1024
/** Most bytes in a block, packed or not (RFC 8878 3.1.1.2). */
const maxBlock = 128 * 1024

/**
 * What a Zstandard file holds, all its frames one after the other (RFC 8878 3.1). One block of at most 128 KiB is unpacked at a
 * time, so that neither a bomb nor a long frame fills the memory or holds up the event loop. Checksums are not compared.
 *
 * Everything that could be unpacked is given out before an error is.
 *
 * @throws DataError for a file that ends inside a frame or is damaged, or needs more than 128 MiB of history
 */
export function zstdReader(input: ByteReader, file: string): ByteReader {
  const packed = Buffer.allocUnsafeSlow(maxBlock + 64)
  let ready: Uint8Array[] = []
  let at = 0
  let frame: { decoder: Decompress; checksum: boolean } | undefined

  const fault = (message: string, cause?: unknown): DataError =>
    new DataError(`the zstd data is ${message}`, {
      file,
      place: `byte ${at}`,
      advice: 'fetch the file again; `zstd -t` tells whether a copy is whole',
      ...(cause === undefined ? {} : { cause }),
    })

  /** Reads bytes to `packed[from…]`; false where the file ends before the first of them and may. */
  async function take(from: number, count: number, mayEnd = false): Promise<boolean> {
    for (let had = 0; had < count; ) {
      const read = await input.read(packed.subarray(from + had, from + count))
      if (read === 0 && had === 0 && mayEnd) return false
      if (read === 0) throw fault('cut short: the file ends inside a frame')
      had += read
      at += read
    }
    return true
  }

  function push(bytes: Uint8Array): void {
    try {
      // The decoder keeps what it is given.
      frame!.decoder.push(new Uint8Array(bytes))
    } catch (cause) {
      throw fault(`damaged (${(cause as Error).message})`, cause)
    }
  }

  /** False: the file is over. */
  async function header(): Promise<boolean> {
    if (!(await take(0, 4, true))) return false
    const magic = packed.readUInt32LE(0)
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      await take(0, 4)
      for (let left = packed.readUInt32LE(0); left > 0; left -= Math.min(left, maxBlock)) {
        await take(0, Math.min(left, maxBlock))
      }
      return true
    }
    if (magic !== 0xfd2fb528) throw fault('damaged (what follows a frame is none)')
    await take(4, 1)
    const descriptor = packed[4]!
    const single = (descriptor & 0x20) !== 0
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!
    const idBytes = [0, 1, 2, 4][descriptor & 3]!
    const length = (single ? 0 : 1) + idBytes + sizeBytes
    await take(5, length)
    const dictionary = idBytes > 0 && packed.readUIntLE(single ? 5 : 6, idBytes) !== 0
    if (dictionary) throw fault('packed with a dictionary, which is not in the file')
    const window = single ? sizeIn(packed, 5 + idBytes, sizeBytes) : windowOf(packed[5]!)
    if (window > maxWindow) throw fault(`packed with a window of ${window} bytes, and at most ${maxWindow} are kept`)
    frame = {
      decoder: new Decompress(bytes => {
        if (bytes.length > 0) ready.push(bytes.slice())
      }),
      checksum: (descriptor & 4) !== 0,
    }
    push(packed.subarray(0, 5 + length))
    return true
  }

  async function block(): Promise<void> {
    await take(0, 3)
    const head = packed.readUIntLE(0, 3)
    const last = (head & 1) === 1
    const type = (head >> 1) & 3
    const size = head >> 3
    if (type === 3 || size > maxBlock) throw fault('damaged (a block that cannot be)')
    const length = type === 1 ? 1 : size
    await take(3, length)
    let end = 3 + length
    if (last && frame!.checksum) {
      await take(end, 4)
      end += 4
    }
    push(packed.subarray(0, end))
    if (last) frame = undefined
  }

  return {
    async read(into) {
      while (ready.length === 0) {
        if (frame) await block()
        else if (!(await header())) return 0
      }
      const first = ready[0]!
      const count = Math.min(into.length, first.length)
      into.set(first.subarray(0, count))
      if (count === first.length) ready = ready.slice(1)
      else ready[0] = first.subarray(count)
      return count
    },
    close: () => input.close(),
  }
}

function sizeIn(bytes: Buffer, at: number, count: number): number {
  if (count === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, count) + (count === 2 ? 256 : 0)
}

function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}
