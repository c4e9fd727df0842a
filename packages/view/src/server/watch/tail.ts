import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface TailOptions {
  path: string
  /** One record, in the order of the file. */
  line(record: unknown): void
  /** The file was cut back or replaced: all that was told is void, and comes again. */
  reset(): void
}

export interface Tail {
  /** Reads what has come since. @returns whether there is more to be read at once */
  read(): boolean
  /** Lines that are no JSON, or too long to be. */
  readonly damaged: number
}

const chunk = 1 << 18
/** The longest line taken for one; a longer one is passed over. */
const longest = 1 << 24
/** Bytes before the place read up to, which tell that it is the same file still. */
const memory = 64

/**
 * Follows a file of JSON lines that another process appends to, and now and then cuts back or replaces (resuming, overwriting):
 * each read takes what was added, a quarter megabyte at most, so that one that is long already stops nothing.
 */
export function tail({ path, line, reset }: TailOptions): Tail {
  let inode: number | undefined
  let at = 0
  let recent = Buffer.alloc(0)
  let parts: Buffer[] = []
  let partial = 0
  let damaged = 0
  const buffer = Buffer.alloc(chunk)

  const begin = () => {
    if (at > 0 || damaged > 0) reset()
    at = 0
    recent = Buffer.alloc(0)
    parts = []
    partial = 0
    damaged = 0
  }
  const told = (bytes: Buffer) => {
    if (bytes.length === 0) return
    let record: unknown
    try {
      record = JSON.parse(bytes.toString('utf8'))
    } catch {
      damaged++
      return
    }
    line(record)
  }
  const take = (bytes: Buffer) => {
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      if (partial > longest) damaged++
      else told(Buffer.concat([...parts, bytes.subarray(from, end)]))
      parts = []
      partial = 0
      from = end + 1
    }
    partial += bytes.length - from
    if (partial > longest) parts = []
    else if (from < bytes.length) parts.push(Buffer.from(bytes.subarray(from)))
  }
  const changed = (file: number, size: number, ino: number): boolean => {
    if (inode !== undefined && (ino !== inode || size < at)) return true
    if (recent.length === 0) return false
    const now = Buffer.alloc(recent.length)
    return readSync(file, now, 0, now.length, at - now.length) !== now.length || !now.equals(recent)
  }
  return {
    get damaged() {
      return damaged
    },
    read() {
      let file: number
      try {
        file = openSync(path, 'r')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        if (inode !== undefined) begin()
        inode = undefined
        return false
      }
      try {
        const { size, ino } = fstatSync(file)
        if (changed(file, size, ino)) begin()
        inode = ino
        const length = readSync(file, buffer, 0, chunk, at)
        if (length === 0) return false
        const bytes = buffer.subarray(0, length)
        at += length
        recent = Buffer.concat([recent, bytes]).subarray(-memory)
        recent = Buffer.from(recent)
        take(bytes)
        return at < size
      } finally {
        closeSync(file)
      }
    },
  }
}
