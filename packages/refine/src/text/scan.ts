import type { Steps } from '../stage/steps.ts'
import * as classes from './classes.ts'
import { byteClasses, classOf } from './classes.ts'
import { grown } from './grown.ts'
import { bracket, curly, Lines } from './lines.ts'
import { anchorAt, bracketAt, breakAt, endOfRun, lowestBit, Marks, marksEach, strangeAt, sumOf } from './marks.ts'
import { phraseAt } from './phrases.ts'
import { Segments } from './segment.ts'
import { codeAt, widthOf } from './utf8.ts'
import { alphabetic, stride, symbolic, Words } from './words.ts'

/** Bytes of text in one step. */
export const piece = 1 << 13
/** Words in scripts without spaces in one step: those take a few milliseconds, as many bytes of others far less. */
const pieceWords = 1 << 9

/**
 * What rules want to know of a text, found in one pass over its UTF-8. Words are those of UAX #29 (an apostrophe or full stop
 * between letters, a comma between digits belong to them), in scripts without spaces as ICU's dictionaries cut them; a run of one
 * other character is a word, too, a symbolic one. Everything is reused: it holds until the next `scan`.
 */
export class Scan {
  readonly words: Words = new Words()
  /** Whether `words` lists them, or only says how many there are. */
  listed = false
  /** Words that `list` has found. */
  readonly some: Words = new Words()
  readonly lines: Lines = new Lines()
  /** Characters of the whole text. */
  chars = 0
  /** LF. */
  newlines = 0
  hashes = 0
  /** "..." and "…". */
  ellipses = 0
  /** Letters and digits in words, and how many of them are of scripts without spaces. */
  letters = 0
  unspacedLetters = 0
  readonly #marks = new Marks()

  /** Whether most letters are of scripts without spaces. */
  get mostlyUnspaced(): boolean {
    return this.unspacedLetters * 2 > this.letters
  }

  /** Lists words and lines. */
  scan(bytes: Uint8Array, start: number, end: number): Steps<void> | undefined {
    this.#marks.read(bytes, start, end, 'mark')
    this.#clear(start)
    this.listed = true
    this.#begin(start, this.words)
    if (this.#walk(bytes, start, { until: start + piece, end, words: this.words, of: 'all' })) {
      return this.#scanRest(bytes, start, end)
    }
    this.#markPhrases(bytes, start, end)
    return undefined
  }

  *#scanRest(bytes: Uint8Array, start: number, end: number): Steps<void> {
    do yield
    while (this.#walk(bytes, start, { until: this.#at + piece, end, words: this.words, of: 'all' }))
    this.#markPhrases(bytes, start, end)
  }

  /**
   * Lists lines, and counts words without listing them: by bits where they are of ASCII, and by `#walk` in what stands between white
   * space and has other characters. Where there is much of these all is listed.
   */
  count(bytes: Uint8Array, start: number, end: number): Steps<void> | undefined {
    const marks = this.#marks
    marks.read(bytes, start, end, 'count')
    // Sums of the text as it is: words are counted anew without what is strange.
    const strange = marks.sums[sumOf.strange]!
    if (strange * 3 > marks.blocks * 2) return this.scan(bytes, start, end)
    this.#clear(start)
    this.listed = false
    this.newlines = marks.sums[sumOf.newlines]!
    this.chars = end - start - marks.sums[sumOf.rests]!
    const runs: [number, number][] = []
    if (strange > 0) {
      const done = this.#walkStrange(bytes, start, 0, runs)
      if (done < 0) return this.scan(bytes, start, end)
      if (done < end - start) return this.#countRest(bytes, start, end, { done, runs })
      marks.recount()
    }
    this.#sumUp(bytes, start, end, runs)
    return undefined
  }

  *#countRest(
    bytes: Uint8Array,
    start: number,
    end: number,
    { done, runs }: { done: number; runs: [number, number][] },
  ): Steps<void> {
    for (let at = done; at < end - start; ) {
      yield
      at = this.#walkStrange(bytes, start, at, runs)
      if (at >= 0) continue
      const scanning = this.scan(bytes, start, end)
      if (scanning) yield* scanning
      return
    }
    this.#marks.recount()
    this.#sumUp(bytes, start, end, runs)
  }

  /** Adds what was counted by bits to what was walked through. */
  #sumUp(bytes: Uint8Array, start: number, end: number, runs: readonly (readonly [number, number])[]): void {
    const marks = this.#marks
    const { words } = this
    const { sums } = marks
    words.symbolic += sums[sumOf.symbolic]!
    words.count = this.#strangeWords + sums[sumOf.words]! + sums[sumOf.symbolic]!
    words.alphabetic += sums[sumOf.alphabetic]!
    words.length += sums[sumOf.wordChars]!
    this.letters += sums[sumOf.wordChars]!
    this.hashes += sums[sumOf.hashes]!
    if (sums[sumOf.dots] !== 0) this.ellipses += marks.ellipses()
    this.#findLines(bytes, start, end, runs)
    this.#markPhrases(bytes, start, end)
  }

  /**
   * Lists words of a text that was counted, from `from` on, where the text begins or the last call ended: about a thousand bytes of
   * them, into `some`.
   *
   * @returns where they end
   */
  list(bytes: Uint8Array, start: number, from: number, end: number): number {
    const to = Math.min(end, start + this.#marks.runEnd(Math.min(end, from + 1024) - start))
    const { hashes, ellipses, letters, unspacedLetters } = this
    this.#begin(from, this.some)
    this.#walk(bytes, start, { until: to, end: to, words: this.some, of: 'words' })
    Object.assign(this, { hashes, ellipses, letters, unspacedLetters })
    return to
  }

  #strangeWords = 0

  #clear(start: number): void {
    const { words } = this
    words.count = 0
    words.symbolic = 0
    words.alphabetic = 0
    words.length = 0
    this.lines.clear(start)
    this.chars = 0
    this.newlines = 0
    this.hashes = 0
    this.ellipses = 0
    this.letters = 0
    this.unspacedLetters = 0
    this.#strangeWords = 0
  }

  /**
   * Walks through what stands between white space of ASCII and has strange characters, and blanks it in the marks' text: a piece of
   * the text.
   *
   * @param done where the last piece ended, from the text's start
   * @param runs where such a stretch begins that is not one run, for it has white space of its own, and how many more than one it is
   * @returns where the piece ended; -1 where the text is not to be counted by bits, for a line ends in such a stretch, or it is long
   */
  #walkStrange(bytes: Uint8Array, start: number, done: number, runs: [number, number][]): number {
    const marks = this.#marks
    const { bits, blocks } = marks
    const first = done >> 5
    const last = Math.min(blocks, first + (piece >> 5))
    for (let block = first; block < last; block++) {
      for (let found = bits[block * marksEach + strangeAt]!; found !== 0; found &= found - 1) {
        const at = block * 32 + lowestBit(found)
        if (at < done) continue
        const from = marks.runStart(at)
        done = marks.runEnd(at)
        if (done - from > piece) return -1
        this.#begin(start + from, this.words)
        const to = start + done
        if (this.#walk(bytes, start, { until: to, end: to, words: this.words, of: 'line' })) return -1
        const own = this.#runs
        if (own !== 1) runs.push([start + from, own - 1])
        this.#strangeWords += this.words.count
        marks.blank(from, done)
      }
    }
    return Math.max(done, last * 32)
  }

  #findLines(bytes: Uint8Array, start: number, end: number, more: readonly (readonly [number, number])[]): void {
    const { lines } = this
    const marks = this.#marks
    const { bits, blocks } = marks
    let runs = 0
    let nextMore = 0
    const add = (to: number): void => {
      const before = marks.runsBefore(to - start)
      let own = before - runs
      runs = before
      for (; nextMore < more.length && more[nextMore]![0] < to; nextMore++) own += more[nextMore]![1]
      lines.add(bytes, to, marks.charsBefore(to - start), own)
    }
    let begun = start
    // What was walked through has marked no line.
    lines.begin(start, 0)
    for (let block = 0; block < blocks; block++) {
      for (let found = bits[block * marksEach + breakAt]!; found !== 0; found &= found - 1) {
        const at = start + block * 32 + lowestBit(found)
        // The LF of a CR LF.
        if (at < begun) continue
        add(at)
        begun = at + (bytes[at] === 0x0d && at + 1 < end && bytes[at + 1] === 0x0a ? 2 : 1)
        lines.begin(begun, marks.charsBefore(begun - start))
      }
    }
    if (begun < end) add(end)
    let line = 0
    for (let block = 0; block < blocks; block++) {
      for (let found = bits[block * marksEach + bracketAt]!; found !== 0; found &= found - 1) {
        const at = start + block * 32 + lowestBit(found)
        while (line < lines.count - 1 && lines.starts[line + 1]! <= at) line++
        lines.marks[line]! |= bytes[at] === 0x7b ? curly : bracket
      }
    }
  }

  // Where a walk is.
  #at = 0
  /** Bytes so far that are no character of their own: those of a place less these are its characters. */
  #surplus = 0
  /** Of the line at hand: its runs between white space. */
  #runs = 0
  /** Where the last white space ended. */
  #gap = 0
  readonly #segments = new Segments()
  /** Of the long run in scripts without spaces that the walk stands before, some words of which it has had: its end, else 0. */
  #runEnd = 0

  #begin(from: number, words: Words): void {
    this.#at = from
    this.#surplus = 0
    this.#runs = 0
    this.#gap = from
    this.#segments.reset()
    this.#runEnd = 0
    words.count = 0
  }

  /**
   * Goes on with the words up to `end`, one by one.
   *
   * @param until where it may stop before the end; a word that begins before goes beyond
   * @param of `all`: lines and characters, too; `line`: it must not go beyond a line
   * @returns whether it is not at the end
   */
  #walk(
    bytes: Uint8Array,
    start: number,
    { until, end, words, of }: { until: number; end: number; words: Words; of: 'all' | 'words' | 'line' },
  ): boolean {
    // V8 reads an imported constant from memory each time, so that the loop would spend half its time on it.
    const { breaks, inWord, letter, number, space, unspaced, wide, byteClasses: table } = classes
    const { lines } = this
    const marks = this.#marks.bits
    // In the loop these stand for words.data and what is said of words.
    let data = words.data
    let filled = words.count * stride
    let alphabetics = 0
    let wordChars = 0
    // What is seldom met is counted in memory, for a processor has no more than sixteen registers.
    let surplus = this.#surplus
    let runs = this.#runs
    let gap = this.#gap
    let at = this.#at

    // Of scripts without spaces.
    let most = of === 'all' ? pieceWords : Number.POSITIVE_INFINITY

    for (let stop = until < end ? until : end; at < stop; ) {
      const from = at
      const byte = bytes[at]!
      let bits = table[byte]!
      let code: number = byte
      if (bits === wide) {
        code = codeAt(bytes, at)
        bits = classOf(code)
      }

      if ((bits & space) !== 0) {
        const width = widthOf(byte)
        at += width
        if (from !== gap) runs++
        gap = at
        surplus += width - 1
        if ((bits & breaks) !== 0) {
          if (of === 'line') return true
          if (of === 'words') continue
          // CR LF is one end.
          lines.add(bytes, from, from - start - surplus + width - 1, runs)
          if (byte === 0x0d && bytes[at] === 0x0a && at < end) at++
          if (bytes[at - 1] === 0x0a) this.newlines++
          lines.begin(at, at - start - surplus)
          gap = at
          runs = 0
        }
        continue
      }

      if ((bits & (letter | number)) !== 0 && (bits & unspaced) === 0) {
        let kinds = bits
        const before = surplus
        at += widthOf(byte)
        surplus += at - from - 1
        for (;;) {
          // The class of the last character: what may follow depends on it.
          let last = bits
          const run = start + endOfRun(marks, at - start)
          if (run > at) {
            for (let i = at; (kinds & letter) === 0 && i < run; i++) kinds |= table[bytes[i]!]!
            at = run
            last = table[bytes[at - 1]!]!
          }
          if (at >= end) break
          const next = bytes[at]!
          bits = table[next]!
          if (bits === wide) {
            const nextCode = codeAt(bytes, at)
            bits = classOf(nextCode)
            if ((bits & unspaced) !== 0) break
            if ((bits & inWord) === 0 && !(nextCode === 0x2019 && joins(bytes, at + 3, end, last, letter | number)))
              break
            kinds |= bits & inWord
            const width = widthOf(next)
            surplus += width - 1
            at += width
            continue
          }
          // An apostrophe or full stop between letters or digits, a comma between digits (WB6, WB7, WB11, WB12).
          if (next !== 0x27 && next !== 0x2e && next !== 0x2c) break
          if (!joins(bytes, at + 1, end, last, next === 0x2c ? number : letter | number)) break
          at++
        }
        const length = at - from - surplus + before
        if (filled === data.length) data = words.data = grown(data)
        data[filled] = from
        data[filled + 1] = at
        data[filled + 2] = (length << 2) | (kinds & letter)
        filled += stride
        // `letter` and `alphabetic` are the same bit.
        alphabetics += kinds & letter
        wordChars += length
        continue
      }

      if ((bits & unspaced) !== 0) {
        // A run in scripts without spaces goes to the segmenter, a long one in pieces.
        const segments = this.#segments
        at = this.#runEnd > 0 ? this.#runEnd : segments.open(bytes, from, end)
        words.count = filled / stride
        const more = segments.add(words, most)
        data = words.data
        most -= words.count - filled / stride
        for (; filled < words.count * stride; filled += stride) {
          const packed = data[filled + 2]!
          if ((packed & symbolic) !== 0) {
            words.symbolic++
            this.letters += packed >> 2
          } else wordChars += packed >> 2
          alphabetics += packed & alphabetic
        }
        if (more) {
          this.#runEnd = at
          at = from
          break
        }
        this.#runEnd = 0
        surplus += at - from - segments.chars
        this.unspacedLetters += segments.chars
        if (most === 0) stop = at
        continue
      }

      // Anything else: a run of one character is one word.
      let times = 0
      if (code < 0x80) {
        do at++
        while (at < end && bytes[at] === byte)
        times = at - from
        if (byte === 0x2e) this.ellipses += Math.floor(times / 3)
        else if (byte === 0x23) this.hashes += times
        else if (byte === 0x7b || byte === 0x5b) lines.mark(byte)
      } else {
        const width = widthOf(byte)
        do {
          at += width
          times++
        } while (at < end && bytes[at] === byte && codeAt(bytes, at) === code)
        surplus += times * (width - 1)
        if (code === 0x2026) this.ellipses += times
      }
      if (filled === data.length) data = words.data = grown(data)
      data[filled] = from
      data[filled + 1] = at
      data[filled + 2] = (times << 2) | symbolic
      filled += stride
      words.symbolic++
    }
    if (at >= end && end !== gap) runs++
    this.#at = at
    this.#surplus = surplus
    this.#runs = runs
    this.#gap = gap
    words.count = filled / stride
    words.alphabetic += alphabetics
    words.length += wordChars
    this.letters += wordChars
    if (at < end) return true
    if (of !== 'all') return false
    if (lines.start < end) lines.add(bytes, end, end - start - surplus, runs)
    this.chars = end - start - surplus
    return false
  }

  /** Tells the lines which phrases stand in them. */
  #markPhrases(bytes: Uint8Array, start: number, end: number): void {
    const { lines } = this
    const { bits } = this.#marks
    let line = 0
    for (let block = 0; block * 32 < end - start; block++) {
      for (let found = bits[block * marksEach + anchorAt]!; found !== 0; found &= found - 1) {
        const at = start + block * 32 + lowestBit(found)
        while (line < lines.count - 1 && lines.starts[line + 1]! <= at) line++
        lines.marks[line]! |= phraseAt(bytes, at, lines.starts[line]!, lines.ends[line]!)
      }
    }
  }
}

/** Whether the character at `at` goes on with a word whose last character before the joint was `before`: both of one of the kinds. */
function joins(bytes: Uint8Array, at: number, end: number, before: number, kinds: number): boolean {
  if (at >= end) return false
  const bits = bytes[at]! < 0x80 ? byteClasses[bytes[at]!]! : classOf(codeAt(bytes, at))
  return (before & bits & kinds) !== 0 && (bits & classes.unspaced) === 0
}
