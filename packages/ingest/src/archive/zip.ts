import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { DataError } from '@sluice/pipeline'
import type { FileReader } from '../bytes/file.ts'
import { knownSize } from '../bytes/known-size.ts'
import { entryName } from './entry-name.ts'

/** A zip archive that has been opened. Entries are read whole. */
export interface ZipArchive {
  /** Names as `entryName` gives them, in the order of the directory. Entries whose names lead out of the archive are left out. */
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws DataError for an entry that is not there, damaged, encrypted or over the limit */
  read(name: string, limit: number): Promise<Buffer>
}

interface Entry {
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly header: number
}

/** Entries that a directory may have, and bytes that it may take: an EPUB has hundreds. */
const maxEntries = 100_000
const maxDirectory = 32 * 1024 * 1024

const unpack = promisify(inflateRaw)

/**
 * Opens a zip archive (PKWARE's APPNOTE 6.3) by the directory at its end: without zip64, encryption and archives in several pieces.
 *
 * @throws DataError
 */
export async function openZip(file: FileReader, name: string): Promise<ZipArchive> {
  const damaged = (why: string, place?: string): DataError =>
    new DataError(`the zip archive is damaged or cut short: ${why}`, {
      file: name,
      ...(place === undefined ? {} : { place }),
      advice: 'fetch the file again and compare its size with the original',
    })

  async function bytesAt(start: number, length: number): Promise<Buffer> {
    if (start < 0 || start + length > size) throw damaged('it points behind its end', `byte ${start}`)
    const bytes = Buffer.allocUnsafe(length)
    file.seek(start, start + length)
    for (let held = 0; held < length; ) {
      const read = await file.read(bytes.subarray(held))
      if (read === 0) throw damaged('it ends too soon', `byte ${start + held}`)
      held += read
    }
    return bytes
  }

  const size = await knownSize(file, name, 'a zip archive has its directory')
  // The directory's end is the last 22 bytes, but for a comment of up to 64 KiB.
  const tailLength = Math.min(size, 22 + 0xffff)
  const tail = await bytesAt(size - tailLength, tailLength)
  const end = tail.lastIndexOf('PK\x05\x06', tail.length - 22, 'latin1')
  if (end < 0 || tail.length < 22) throw damaged('its directory is missing')
  const count = tail.readUInt16LE(end + 10)
  const length = tail.readUInt32LE(end + 12)
  const start = tail.readUInt32LE(end + 16)
  if (count > maxEntries || length > maxDirectory) throw damaged('its directory is too large')
  const directory = await bytesAt(start, length)

  const entries = new Map<string, Entry>()
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    const flags = directory.readUInt16LE(at + 8)
    const found = entryName(directory.toString('utf8', at + 46, at + 46 + nameLength))
    if (found !== undefined && !entries.has(found)) {
      entries.set(found, {
        method: directory.readUInt16LE(at + 10),
        encrypted: (flags & 1) !== 0,
        crc: directory.readUInt32LE(at + 16),
        packed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        header: directory.readUInt32LE(at + 42),
      })
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }

  return {
    names: [...entries.keys()],
    has: entry => entries.has(entry),
    async read(entry, limit) {
      const found = entries.get(entry)
      if (found === undefined) throw damaged(`it has no "${entry}"`)
      const fault = (why: string): DataError =>
        new DataError(`an entry of the zip archive ${why}`, { file: name, place: entry, advice: 'leave the file out' })
      if (found.encrypted) throw fault('is encrypted')
      // What the directory says is checked first, and what comes out is bounded all the same.
      if (found.size > limit || found.packed > limit) throw fault(`has over ${limit} bytes`)
      const local = await bytesAt(found.header, 30)
      if (local.readUInt32LE(0) !== 0x04034b50) throw damaged('an entry is not where the directory says', entry)
      const data = found.header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
      const packed = await bytesAt(data, found.packed)
      if (found.method !== 0 && found.method !== 8) throw fault(`is packed by method ${found.method}`)
      const content =
        found.method === 0
          ? packed
          : await unpack(packed, { maxOutputLength: Math.max(1, found.size) }).catch((error: Error) => {
              throw damaged(`an entry cannot be unpacked (${error.message})`, entry)
            })
      if (crc32(content) !== found.crc) throw damaged('the checksum of an entry differs', entry)
      return content
    },
  }
}
