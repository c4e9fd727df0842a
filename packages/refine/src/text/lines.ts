import { byteClasses, classOf, terminal } from './classes.ts'
import { grown } from './grown.ts'
import { codeAt } from './utf8.ts'

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

  /**
   * The line ends before `end`.
   *
   * @param first where what is not white space begins
   * @param last where it ends
   * @param words between white space; none if there is nothing else
   */
  add(bytes: Uint8Array, end: number, charsSoFar: number, first: number, last: number, words: number): void {
    const i = this.count++
    if (i === this.starts.length) this.#grow()
    let flags = this.flags
    if (words > 0) {
      const byte = bytes[first]!
      if (byte === 0x2d || (byte === 0xe2 && bytes[first + 1] === 0x80 && bytes[first + 2] === 0xa2)) flags |= bullet
      if (endsWithEllipsis(bytes, first, last)) flags |= ellipsis
      if (last === end && (classBefore(bytes, last) & terminal) !== 0) flags |= terminated
    }
    this.starts[i] = this.start
    this.ends[i] = end
    this.inkStarts[i] = words === 0 ? this.start : first
    this.inkEnds[i] = words === 0 ? this.start : last
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

/** Bits of the character that ends at `end`. */
function classBefore(bytes: Uint8Array, end: number): number {
  let at = end - 1
  if (bytes[at]! < 0x80) return byteClasses[bytes[at]!]!
  while ((bytes[at]! & 0xc0) === 0x80) at--
  return classOf(codeAt(bytes, at))
}
