import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { StateError, StorageError, storageError } from '@sluice/pipeline'

/** A stream that is written to a file as it is read, no further ahead than somebody asks for. */
export interface Spool {
  /** Bytes of it, once its end has been seen. */
  readonly size: number | undefined
  /** Fills `into` from a byte of the stream on; 0: it ends there. */
  read(into: Uint8Array, position: number): Promise<number>
}

/** Names in the scratch folder: of what is whole, and of what is not yet. */
const wholeName = 'stdin'
const partName = 'stdin.part'

interface Kept extends Spool {
  /** Goes over to another folder, as when a run's folder has been made. */
  moveTo(dir: string): Promise<void>
}

/** One for each stream: several sources, and several readings of one, share it. */
const spools = new WeakMap<Readable, Promise<Kept>>()

/**
 * The spool of a stream. Where `dir` holds what an earlier process read of such a stream, that comes first: if it was read to its
 * end the stream is not touched, else it must begin with the same bytes again.
 *
 * @param dir undefined: a file without a name, gone with this process
 * @throws StorageError when it cannot be written down
 */
export async function spoolOf(stream: Readable, dir: string | undefined): Promise<Spool> {
  let found = spools.get(stream)
  if (!found) {
    found = openSpool(stream, dir)
    spools.set(stream, found)
    found.catch(() => spools.delete(stream))
  }
  const spool = await found
  if (dir !== undefined) await spool.moveTo(dir)
  return spool
}

async function openSpool(stream: Readable, dir: string | undefined): Promise<Kept> {
  const { handle, earlier, whole } = await openFileFor(dir)
  let folder = dir
  /** Bytes in the file, and bytes of the stream that have gone by. */
  let written = earlier
  let passed = 0
  let size = whole ? earlier : undefined
  const chunks = whole ? undefined : (stream[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>)
  let latest: Promise<void> = Promise.resolve()

  /** Takes one more chunk from the stream. */
  async function more(): Promise<void> {
    const result = await chunks!.next().catch(cause => {
      throw new StorageError(`cannot be read (${(cause as Error).message})`, { file: wholeName, cause })
    })
    if (result.done) {
      if (passed < written) throw otherInput(`it has ${passed} bytes, and the run had read ${written}`)
      size = passed
      if (folder !== undefined) await rename(join(folder, partName), join(folder, wholeName))
      return
    }
    const chunk = typeof result.value === 'string' ? Buffer.from(result.value) : result.value
    const known = Math.min(chunk.length, written - passed)
    if (known > 0) await compare(chunk.subarray(0, known))
    for (let at = known; at < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, passed + at).catch(cause => {
        throw storageError('standard input cannot be written down', folder ?? tmpdir(), cause)
      })
      at += bytesWritten
    }
    passed += chunk.length
    written = Math.max(written, passed)
  }

  async function compare(chunk: Buffer): Promise<void> {
    const before = Buffer.alloc(chunk.length)
    await handle.read(before, 0, before.length, passed)
    const at = chunk.findIndex((byte, i) => byte !== before[i])
    if (at >= 0) throw otherInput(`it differs at byte ${passed + at}`)
  }

  const spool: Kept = {
    get size() {
      return size
    },
    async read(into, position) {
      while (position >= written && size === undefined) {
        // Whoever waits for it, it is one chunk after the other.
        latest = latest.then(() => (position >= written && size === undefined ? more() : undefined))
        await latest
      }
      const length = Math.min(into.length, Math.max(0, written - position))
      if (length === 0) return 0
      return (await handle.read(into, 0, length, position)).bytesRead
    },
    async moveTo(dir) {
      if (folder === undefined || folder === dir) return
      const name = size === undefined ? partName : wholeName
      await mkdir(dir, { recursive: true })
      await rename(join(folder, name), join(dir, name))
      folder = dir
    },
  }
  // Nobody closes it: it is read again for as long as its stream is somebody's.
  closing.register(spool, handle)
  return spool
}

const closing = new FinalizationRegistry<FileHandle>(handle => void handle.close())

async function openFileFor(dir: string | undefined): Promise<{ handle: FileHandle; earlier: number; whole: boolean }> {
  try {
    if (dir === undefined) {
      const path = join(tmpdir(), `sluice-stdin-${process.pid}-${performance.now()}`)
      const handle = await open(path, 'wx+', 0o600)
      // Its name goes at once where the system allows it, so that nothing stays behind however the process ends.
      await rm(path).catch(() => process.once('exit', () => void rm(path).catch(() => {})))
      return { handle, earlier: 0, whole: false }
    }
    await mkdir(dir, { recursive: true })
    for (const name of [wholeName, partName]) {
      const handle = await open(join(dir, name), 'r+').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      if (handle) return { handle, earlier: (await handle.stat()).size, whole: name === wholeName }
    }
    return { handle: await open(join(dir, partName), 'wx+', 0o600), earlier: 0, whole: false }
  } catch (error) {
    throw storageError('standard input cannot be written down', dir ?? tmpdir(), error)
  }
}

function otherInput(difference: string): StateError {
  return new StateError(`standard input is not what the run had read: ${difference}`, {
    file: wholeName,
    advice: 'give it the same text again from its beginning, or start a new run',
  })
}
