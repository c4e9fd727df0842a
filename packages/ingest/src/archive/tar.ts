import { DataError } from '@sluice/pipeline'
import { type ByteReader, skipBytes } from '../bytes/reader.ts'
import { entryName } from './entry-name.ts'

const block = 512

/** Whether an archive in tar's format begins here: POSIX and GNU both write "ustar" at byte 257. */
export function startsLikeTar(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1', 257, 262) === 'ustar'
}

/**
 * Reads up to an entry of a tar archive (POSIX.1-2017, pax) and gives its content. Nothing is ever written anywhere.
 *
 * @param wanted takes an entry's name, as `entryName` gives it
 * @returns undefined where no entry is wanted
 * @throws DataError for an archive that is damaged or cut short
 */
export async function tarEntry(
  input: ByteReader,
  file: string,
  wanted: (name: string) => boolean,
): Promise<ByteReader | undefined> {
  const header = Buffer.alloc(block)
  for (let at = 0; ; ) {
    const held = await fill(input, header)
    if (held === 0) return undefined
    if (held < block) throw cut(file, at)
    // Two blocks of zeros are the end.
    if (header.every(byte => byte === 0)) return undefined
    const told = Number.parseInt(header.toString('latin1', 148, 156).replace(/[^0-7].*$/s, '') || '-1', 8)
    if (checksum(header) !== told) {
      throw new DataError('the tar archive is damaged: the checksum of an entry differs', {
        file,
        place: `byte ${at} of the archive`,
        advice: 'fetch the file again',
      })
    }
    const size = sizeOf(header)
    const plain = header[156] === 0x30 || header[156] === 0
    const name = entryName(nameOf(header))
    at += block
    if (plain && name !== undefined && wanted(name)) return content(input, size, file, at)
    const padded = Math.ceil(size / block) * block
    if ((await skipBytes(input, padded)) < size) throw cut(file, at)
    at += padded
  }
}

async function fill(input: ByteReader, into: Buffer): Promise<number> {
  let held = 0
  while (held < into.length) {
    const read = await input.read(into.subarray(held))
    if (read === 0) break
    held += read
  }
  return held
}

/** The sum of the header's bytes, with its own field taken as blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 32
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i]!
  return sum
}

/** Octal digits or, over 8 GiB, a number of 256 to the power of places. */
function sizeOf(header: Buffer): number {
  if (header[124]! & 0x80) return Number(header.readBigUInt64BE(128))
  return Number.parseInt(header.toString('latin1', 124, 136).trim() || '0', 8) || 0
}

function nameOf(header: Buffer): string {
  const text = (from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '')
  // The field for a prefix is POSIX's alone; GNU has times there.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(345, 500) : ''
  return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
}

function content(input: ByteReader, size: number, file: string, start: number): ByteReader {
  let left = size
  return {
    async read(into) {
      if (left === 0) return 0
      const read = await input.read(into.subarray(0, Math.min(into.length, left)))
      if (read === 0) throw cut(file, start + size - left)
      left -= read
      return read
    },
    close: () => input.close(),
  }
}

function cut(file: string, at: number): DataError {
  return new DataError('the tar archive is cut short: it ends inside an entry', {
    file,
    place: `byte ${at} of the archive`,
    advice: 'fetch the file again and compare its size with the original',
  })
}
