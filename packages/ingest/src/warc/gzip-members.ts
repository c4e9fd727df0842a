import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import type { FileReader } from '../bytes/file.ts'
import { gzipHeaderLength, startsLikeGzip } from './gzip-header.ts'
import type { PlacedReader } from './place.ts'

/** Bytes of the file that are held. A member that lies in them whole is unpacked at one stroke. */
const windowBytes = 256 * 1024
/** Bytes that one stroke may give; what holds more is unpacked by and by, on zlib's own thread. 4 MiB take some 10 ms. */
const strokeBytes = 4 * 1024 * 1024
/** Bytes fed at a time then. Deflate grows at most 1032-fold, so a bomb holds at most 16.5 MB. */
const feedBytes = 16 * 1024

/**
 * What a gzip file holds, all its members one after the other (RFC 1952 2.2), with the places where members begin. A WARC has a
 * member for each record, so that a record is found again without unpacking what is before it.
 *
 * @param input stands at the beginning of a member
 * @param start the byte of the file that it stands at
 * @throws DataError for a file that ends inside a member or is damaged, when all that could be unpacked has been given out
 */
export function gzipMembers(input: FileReader, file: string, start: number): PlacedReader {
  const window = Buffer.allocUnsafeSlow(windowBytes)
  let from = 0
  let held = 0
  /** Byte of the file that `window[from]` is. */
  let byte = start
  let ended = false
  let ready: Buffer = Buffer.alloc(0)
  /** What is wrong with the file after what is ready. */
  let fault: DataError | undefined
  /** That the file ends too soon, as far as it is known. */
  let short: DataError | undefined
  /** Bytes of content unpacked so far. */
  let unpacked = 0
  const places: { at: number; byte: number }[] = [{ at: 0, byte: start }]
  let flowing: AsyncGenerator<Buffer, void, undefined> | undefined
  /** Bytes of content that members have had of late: what is set aside for the next one. */
  let usual = 8 * 1024

  /** What is held of the file from `from` on: at least `count` bytes, fewer only at its end. */
  async function hold(count: number): Promise<Buffer> {
    if (held - from < count && !ended) {
      window.copyWithin(0, from, held)
      held -= from
      from = 0
      while (held < window.length && !ended) {
        const read = await input.read(window.subarray(held))
        ended = read === 0
        held += read
      }
    }
    return window.subarray(from, held)
  }
  const advance = (count: number): void => {
    from += count
    byte += count
  }
  const damaged = (why: string, cause?: unknown): DataError =>
    new DataError(`the gzip data is damaged (${why})`, {
      file,
      place: `member at byte ${places.at(-1)!.byte}`,
      advice: 'fetch the file again; `gzip -t` tells whether a copy is whole',
      cause,
    })
  const cut = (): DataError => {
    short ??= new DataError('the gzip data is cut short: the file ends inside a compressed member', {
      file,
      place: `member at byte ${places.at(-1)!.byte}`,
      advice: 'fetch the file again and compare its size with the original',
    })
    return short
  }

  /** Checks a member's end (CRC-32 and length) against what was unpacked. What comes after it has a place of its own. */
  async function closeMember(sum: number, length: number): Promise<void> {
    const trailer = await hold(8)
    if (trailer.length < 8) throw cut()
    if (trailer.readUInt32LE(0) !== sum) throw damaged('its checksum differs')
    if (trailer.readUInt32LE(4) !== length % 2 ** 32) throw damaged('its length differs')
    advance(8)
    places.push({ at: unpacked, byte })
  }

  /** Unpacks the next member, or begins to. False at the end of the file. */
  async function nextMember(): Promise<boolean> {
    let bytes = await hold(windowBytes >> 2)
    // Zeros between and after members are padding.
    while (bytes[0] === 0) {
      const zeros = bytes.findIndex(value => value !== 0)
      advance(zeros < 0 ? bytes.length : zeros)
      bytes = await hold(windowBytes >> 2)
    }
    if (bytes.length === 0) return false
    places.at(-1)!.byte = byte
    let header = gzipHeaderLength(bytes)
    if (header === 0) {
      bytes = await hold(windowBytes)
      header = gzipHeaderLength(bytes)
    }
    if (header === 0 && ended) throw cut()
    if (header <= 0) throw damaged(header < 0 ? 'no member begins here' : 'its header has no end')
    let stroke = atOneStroke(bytes.subarray(header), usual)
    if (stroke === undefined && bytes.length < windowBytes && !ended) {
      stroke = atOneStroke((await hold(windowBytes)).subarray(header), usual)
    }
    advance(header)
    if (stroke === undefined) {
      flowing = flow()
      return true
    }
    advance(stroke.consumed)
    unpacked += stroke.content.length
    usual = Math.max(1024, Math.min(64 * 1024, 0.9 * usual + 0.2 * stroke.content.length))
    try {
      await closeMember(crc32(stroke.content), stroke.content.length)
    } catch (error) {
      // Text with a wrong checksum is not to be trusted; text whose checksum is missing is.
      if (!ended || held - from >= 8) {
        unpacked -= stroke.content.length
        throw error
      }
      fault = error as DataError
    }
    ready = stroke.content
    return true
  }

  async function* flow(): AsyncGenerator<Buffer, void, undefined> {
    const inflate = createInflateRaw({ chunkSize: 128 * 1024 })
    const chunks: Buffer[] = []
    let failure: Error | undefined
    let over = false
    let sum = 0
    let length = 0
    let fed = 0
    inflate.on('data', (chunk: Buffer) => chunks.push(chunk))
    inflate.on('error', error => {
      failure ??= error
    })
    inflate.on('end', () => {
      over = true
    })
    try {
      while (!over && !failure) {
        const bytes = (await hold(1)).subarray(0, feedBytes)
        await new Promise<void>(resolve => {
          const done = (): void => {
            inflate.off('close', done)
            resolve()
          }
          inflate.once('close', done)
          if (bytes.length === 0) inflate.end()
          else inflate.write(bytes, done)
        })
        // The end is told in a later turn than the last bytes.
        await new Promise(resolve => setImmediate(resolve))
        fed += bytes.length
        for (const chunk of chunks.splice(0)) {
          sum = crc32(chunk, sum)
          length += chunk.length
          yield chunk
        }
        const consumed = over ? bytes.length - (fed - inflate.bytesWritten) : bytes.length
        advance(Math.max(0, consumed))
        if (bytes.length === 0 && !over) throw cut()
      }
      if (failure) throw damaged(failure.message, failure)
      await closeMember(sum, length)
    } finally {
      inflate.destroy()
    }
  }

  return {
    async read(into) {
      while (ready.length === 0) {
        if (fault) throw fault
        if (flowing) {
          const { value, done } = await flowing.next()
          if (done) flowing = undefined
          else {
            ready = value as Buffer
            unpacked += ready.length
          }
        } else if (!(await nextMember())) return 0
      }
      const count = Math.min(into.length, ready.length)
      into.set(count === ready.length ? ready : ready.subarray(0, count))
      ready = ready.subarray(count)
      return count
    },
    placeOf(at) {
      let last = 0
      while (last + 1 < places.length && places[last + 1]!.at <= at) last++
      if (last > 0) places.splice(0, last)
      const { at: begins, byte: member } = places[0]!
      return at === begins ? { byte: member } : { byte: member, inside: at - begins }
    },
    async recover() {
      await flowing?.return()
      flowing = undefined
      fault = undefined
      unpacked -= ready.length
      ready = Buffer.alloc(0)
      // Not where the damage was found, but after the beginning of its member, which need not be one.
      byte = places.at(-1)!.byte + 1
      input.seek(byte)
      from = 0
      held = 0
      ended = false
      for (;;) {
        const bytes = await hold(4)
        if (bytes.length < 4) {
          if (short) throw short
          return false
        }
        for (let at = bytes.indexOf(0x1f); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(0x1f, at + 1)) {
          if (!startsLikeGzip(bytes.subarray(at, at + 4))) continue
          advance(at)
          places.push({ at: unpacked, byte })
          return true
        }
        advance(bytes.length - 3)
      }
    },
    async close() {
      await flowing?.return()
      await input.close()
    },
  }
}

/** The content of the member whose data begins here, when it lies in `bytes` whole and is not too large. */
function atOneStroke(bytes: Buffer, usual: number): { content: Buffer; consumed: number } | undefined {
  try {
    const { buffer, engine } = inflateRawSync(bytes, {
      info: true,
      chunkSize: Math.ceil(usual),
      maxOutputLength: strokeBytes,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    return { content: buffer, consumed: engine.bytesWritten }
  } catch {
    return undefined
  }
}
