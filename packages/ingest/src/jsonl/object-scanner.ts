import { maxDepth } from './records.ts'

/** What a value of a scanned object is. `escaped` is a string with backslashes in it. */
export const kinds = { string: 0, escaped: 1, number: 2, null: 3, other: 4 } as const

/** One member of a scanned object: places in the bytes that were scanned. Strings stand with their quotes. */
export interface Member {
  keyStart: number
  keyEnd: number
  start: number
  end: number
  kind: number
}

const quote = 0x22
const backslash = 0x5c

/**
 * Finds the members of a JSON object in its bytes, without reading them. Strings are not checked, only their ends are found;
 * the rest is. Whatever is unusual (escapes in a key, anything that is not JSON) is given up, for JSON.parse to judge.
 */
export class ObjectScanner {
  /** The first `count` are those of the object scanned last. They are used again. */
  readonly members: Member[] = []
  count = 0
  #bytes: Buffer = Buffer.alloc(0)
  #to = 0
  /** The first backslash that is not before where it was last looked for. */
  #slash = -1

  /** To be called when the bytes under `scan` have changed. */
  reset(bytes: Buffer): void {
    this.#bytes = bytes
    this.#slash = -1
  }

  /** Whether an object, with white space around it, is all there is between `from` and `to`. */
  scan(from: number, to: number): boolean {
    const bytes = this.#bytes
    this.#to = to
    this.count = 0
    let i = this.#space(from)
    if (bytes[i] !== 0x7b || i >= to) return false
    i = this.#space(i + 1)
    if (bytes[i] === 0x7d && i < to) return this.#space(i + 1) === to
    for (;;) {
      if (bytes[i] !== quote) return false
      const keyEnd = bytes.indexOf(quote, i + 1)
      if (keyEnd < 0 || keyEnd >= to || this.#slashFrom(i + 1) < keyEnd || hasControl(bytes, i + 1, keyEnd))
        return false
      const colon = this.#space(keyEnd + 1)
      if (bytes[colon] !== 0x3a) return false
      const start = this.#space(colon + 1)
      if (start >= to) return false
      const end = this.#value(start)
      if (end < 0 || end > to) return false
      const member = this.#member()
      member.keyStart = i + 1
      member.keyEnd = keyEnd
      member.start = start
      member.end = end
      i = this.#space(end)
      if (i >= to) return false
      if (bytes[i] === 0x7d) return this.#space(i + 1) === to
      if (bytes[i] !== 0x2c) return false
      i = this.#space(i + 1)
      if (i >= to) return false
    }
  }

  #kind = 0

  #member(): Member {
    let member = this.members[this.count]
    if (member === undefined) {
      member = { keyStart: 0, keyEnd: 0, start: 0, end: 0, kind: 0 }
      this.members.push(member)
    }
    member.kind = this.#kind
    this.count++
    return member
  }

  #space(from: number): number {
    let i = from
    for (; i < this.#to; i++) {
      const byte = this.#bytes[i]!
      if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09 && byte !== 0x0a) break
    }
    return i
  }

  /** Where the value that begins at `start` ends; -1 where it is none. */
  #value(start: number): number {
    const first = this.#bytes[start]!
    if (first === quote) return this.#string(start)
    if (first === 0x7b || first === 0x5b) return this.#nested(start)
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
      this.#kind = kinds.number
      return this.#number(start)
    }
    this.#kind = first === 0x6e ? kinds.null : kinds.other
    if (first === 0x74) return this.#word(start, 'true')
    if (first === 0x66) return this.#word(start, 'false')
    return this.#word(start, 'null')
  }

  #string(start: number): number {
    const bytes = this.#bytes
    let end = bytes.indexOf(quote, start + 1)
    this.#kind = this.#slashFrom(start + 1) < end ? kinds.escaped : kinds.string
    // Most backslashes are before something else than a quote, and are not looked at here.
    if (this.#kind === kinds.escaped) while (end >= 0 && isEscaped(bytes, end)) end = bytes.indexOf(quote, end + 1)
    return end < 0 ? -1 : end + 1
  }

  #slashFrom(from: number): number {
    if (this.#slash < from) {
      const found = this.#bytes.indexOf(backslash, from)
      this.#slash = found < 0 ? Number.POSITIVE_INFINITY : found
    }
    return this.#slash
  }

  #number(start: number): number {
    const bytes = this.#bytes
    let i = start
    const digits = (): number => {
      const from = i
      while (i < this.#to && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++
      return i - from
    }
    if (bytes[i] === 0x2d) i++
    const zero = bytes[i] === 0x30
    const whole = digits()
    if (whole === 0 || (zero && whole > 1)) return -1
    if (bytes[i] === 0x2e) {
      i++
      if (digits() === 0) return -1
    }
    if (bytes[i] === 0x65 || bytes[i] === 0x45) {
      i++
      if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++
      if (digits() === 0) return -1
    }
    return i
  }

  #word(start: number, word: string): number {
    const end = start + word.length
    return end <= this.#to && this.#bytes.toString('latin1', start, end) === word ? end : -1
  }

  /** An object or array inside. They are rare and short: found by their brackets, and judged by JSON.parse. */
  #nested(start: number): number {
    const bytes = this.#bytes
    let depth = 0
    for (let i = start; i < this.#to; i++) {
      const byte = bytes[i]!
      if (byte === quote) {
        const end = this.#string(i)
        if (end < 0) return -1
        i = end - 1
      } else if (byte === 0x7b || byte === 0x5b) {
        // The object itself is the first level.
        if (++depth >= maxDepth) return -1
      } else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) {
        this.#kind = kinds.other
        try {
          JSON.parse(bytes.toString('utf8', start, i + 1))
          return i + 1
        } catch {
          return -1
        }
      }
    }
    return -1
  }
}

function hasControl(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i]! < 0x20) return true
  return false
}

/** Whether an odd number of backslashes stands before the quote at `at`. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let first = at
  while (bytes[first - 1] === backslash) first--
  return ((at - first) & 1) === 1
}
