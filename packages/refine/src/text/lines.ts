import { byteClasses, classOf, space, terminal } from './classes.ts'
import { grown } from './grown.ts'
import { codeAt, widthOf } from './utf8.ts'

/** What a line is, as bits beside those of phrases.ts (1, 2, 4). */
export const bullet = 8
/** Ends with "..." or "…", white space aside. */
export const ellipsis = 16
/** Its very last character ends a sentence. */
export const terminated = 32
export const curly = 64
export const bracket = 128

/** The lines of a text, without their ends; after the last line end a line counts only if something stands in it. */
export class Lines {
  count = 0
  starts: Int32Array = new Int32Array(512)
  ends: Int32Array = new Int32Array(512)
  /** Without white space around: from and to. */
  inkStarts: Int32Array = new Int32Array(512)
  inkEnds: Int32Array = new Int32Array(512)
  chars: Int32Array = new Int32Array(512)
  /** Words between white space. */
  words: Int32Array = new Int32Array(512)
  marks: Uint8Array = new Uint8Array(512)

  /** Of the line at hand. */
  start = 0
  flags = 0
  #charsBefore = 0

  clear(start: number): void {
    this.count = 0
    this.begin(start, 0)
  }

  begin(start: number, charsBefore: number): void {
    this.start = start
    this.flags = 0
    this.#charsBefore = charsBefore
  }

  mark(byte: number): void {
    this.flags |= byte === 0x7b ? curly : bracket
  }

  /** The line ends before `end`; it has so many words between white space. */
  add(bytes: Uint8Array, end: number, charsSoFar: number, words: number): void {
    const i = this.count++
    if (i === this.starts.length) this.#grow()
    let flags = this.flags
    let first = this.start
    let last = words > 0 ? end : first
    if (words > 0) {
      while ((classAt(bytes, first) & space) !== 0) first += widthOf(bytes[first]!)
      while ((classBefore(bytes, last) & space) !== 0) last = startBefore(bytes, last)
      const byte = bytes[first]!
      if (byte === 0x2d || (byte === 0xe2 && bytes[first + 1] === 0x80 && bytes[first + 2] === 0xa2)) flags |= bullet
      if (endsWithEllipsis(bytes, first, last)) flags |= ellipsis
      if (last === end && (classBefore(bytes, last) & terminal) !== 0) flags |= terminated
    }
    this.starts[i] = this.start
    this.ends[i] = end
    this.inkStarts[i] = first
    this.inkEnds[i] = last
    this.chars[i] = charsSoFar - this.#charsBefore
    this.words[i] = words
    this.marks[i] = flags
  }

  #grow(): void {
    this.starts = grown(this.starts)
    this.ends = grown(this.ends)
    this.inkStarts = grown(this.inkStarts)
    this.inkEnds = grown(this.inkEnds)
    this.chars = grown(this.chars)
    this.words = grown(this.words)
    this.marks = grown(this.marks)
  }
}

function endsWithEllipsis(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 3) return false
  const [a, b, c] = [bytes[end - 3], bytes[end - 2], bytes[end - 1]]
  return (a === 0x2e && b === 0x2e && c === 0x2e) || (a === 0xe2 && b === 0x80 && c === 0xa6)
}

/** Bits of the character that begins at `at`. */
function classAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! < 0x80 ? byteClasses[bytes[at]!]! : classOf(codeAt(bytes, at))
}

/** Bits of the character that ends at `end`. */
function classBefore(bytes: Uint8Array, end: number): number {
  return classAt(bytes, startBefore(bytes, end))
}

/** Where the character that ends at `end` begins. */
function startBefore(bytes: Uint8Array, end: number): number {
  let at = end - 1
  while ((bytes[at]! & 0xc0) === 0x80) at--
  return at
}
