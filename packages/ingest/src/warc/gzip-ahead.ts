import { createGunzip } from 'node:zlib'
import type { FileReader } from '../bytes/file.ts'
import { gzipMembers } from './gzip-members.ts'
import { MemberPlaces } from './member-places.ts'
import type { PlacedReader } from './place.ts'

/** Bytes fed at a time. Deflate grows at most 1032-fold, so a bomb holds at most 66 MB. */
const feedBytes = 64 * 1024
/** Content that waits for the reader; when there is more, zlib rests. */
const aheadBytes = 1024 * 1024
const windowBytes = 512 * 1024
/** Bytes that are kept before those to be fed: the trailer of a member may end in what was fed before. */
const back = 8

/**
 * `gzipMembers`, a step ahead of its reader on zlib's own thread. It goes by the straight way only: at the first fault, and where there is
 * anything between members, it hands over to `gzipMembers` at the last member's beginning, which knows what to do.
 */
export function gzipAhead(input: FileReader, file: string, start: number): PlacedReader {
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  const window = Buffer.allocUnsafeSlow(windowBytes + back)
  let from = 0
  let held = 0
  let byte = start
  let ended = false
  const places = new MemberPlaces(start)
  /** Content given out, and unpacked. */
  let given = 0
  let unpacked = 0
  let chunks: Buffer[] = []
  let ready: Buffer[] = []
  /** That zlib has seen an end; that it was the file's. */
  let over = false
  let finished = false
  let strange = false
  let waiting = 0
  let running: Promise<void> | undefined
  let failure: { error: unknown } | undefined
  let exact: PlacedReader | undefined
  /** Content that was given out, less what `exact` counts. */
  let shift = 0

  gunzip.on('data', (chunk: Buffer) => chunks.push(chunk))
  gunzip.on('end', () => {
    over = true
  })
  gunzip.on('error', () => {
    strange = true
  })

  async function fill(): Promise<void> {
    if (ended || held - from > feedBytes + 4) return
    const keep = Math.min(back, from)
    window.copyWithin(0, from - keep, held)
    held -= from - keep
    from = keep
    while (held < window.length && !ended) {
      const read = await input.read(window.subarray(held))
      ended = read === 0
      held += read
    }
  }

  /** Unpacks the next stretch of the file: up to the last member's beginning in it, where there is one. */
  async function feed(): Promise<void> {
    await fill()
    const most = Math.min(held, from + feedBytes)
    const begins = places.look(window.subarray(0, Math.min(held, most + 3)), from, byte)
    const end = begins > from ? begins : most
    const bytes = window.subarray(from, end)
    await new Promise<void>(resolve => {
      const done = (): void => {
        gunzip.off('close', done)
        gunzip.off('end', done)
        resolve()
      }
      gunzip.once('close', done)
      if (bytes.length > 0) gunzip.write(bytes, done)
      else {
        gunzip.once('end', done)
        gunzip.end()
      }
    })
    from = end
    byte += bytes.length
    // An end before the file's: zeros, which zlib takes for padding.
    finished = bytes.length === 0 && !strange
    strange ||= over && !finished
    if (strange) return
    for (const chunk of chunks) {
      unpacked += chunk.length
      waiting += chunk.length
      ready.push(chunk)
    }
    chunks = []
    if (begins > from - bytes.length) places.confirm(unpacked)
  }

  /** Keeps zlib at work until enough is waiting. */
  function run(): void {
    if (running || finished || strange || failure || waiting >= aheadBytes) return
    running = feed()
      .catch((error: unknown) => {
        failure = { error }
      })
      .then(() => {
        running = undefined
        run()
      })
  }

  async function handOver(): Promise<PlacedReader> {
    const place = places.before(given)
    input.seek(place.byte)
    gunzip.destroy()
    const reader = gzipMembers(input, file, place.byte)
    exact = reader
    ready = []
    const waste = new Uint8Array(64 * 1024)
    shift = given
    for (let left = given - place.at; left > 0; ) {
      const read = await reader.read(waste.subarray(0, Math.min(left, waste.length)))
      if (read === 0) break
      left -= read
      shift -= read
    }
    return reader
  }

  return {
    async read(into) {
      if (exact) return exact.read(into)
      while (ready.length === 0) {
        run()
        if (running) await running
        else if (failure) throw failure.error
        else if (strange || (over && !finished)) return (await handOver()).read(into)
        else if (finished) return 0
      }
      const first = ready[0]!
      const count = Math.min(into.length, first.length)
      into.set(count === first.length ? first : first.subarray(0, count))
      if (count === first.length) ready.shift()
      else ready[0] = first.subarray(count)
      given += count
      waiting -= count
      run()
      return count
    },
    placeOf(at) {
      if (exact) return exact.placeOf(at - shift)
      const { at: begins, byte: member } = places.before(at)
      return at === begins ? { byte: member } : { byte: member, inside: at - begins }
    },
    async recover() {
      return exact?.recover === undefined ? false : exact.recover()
    },
    async close() {
      failure ??= { error: undefined }
      await running
      gunzip.destroy()
      await (exact ?? input).close()
    },
  }
}
