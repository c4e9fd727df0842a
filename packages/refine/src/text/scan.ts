import * as classes from './classes.ts'
import { byteClasses, classOf } from './classes.ts'
import { grown } from './grown.ts'
import { Lines } from './lines.ts'
import { phraseAt } from './phrases.ts'
import { addSegments } from './segment.ts'
import { codeAt, textOf, widthOf } from './utf8.ts'
import { alphabetic, stride, symbolic, Words } from './words.ts'

/**
 * What rules want to know of a text, found in one pass over its UTF-8. Words are those of UAX #29 (an apostrophe or full stop
 * between letters, a comma between digits belong to them), in scripts without spaces as ICU's dictionaries cut them; a run of one
 * other character is a word, too, a symbolic one. Everything is reused: it holds until the next `scan`.
 */
export class Scan {
  readonly words: Words = new Words()
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

  /** Whether most letters are of scripts without spaces. */
  get mostlyUnspaced(): boolean {
    return this.unspacedLetters * 2 > this.letters
  }

  scan(bytes: Uint8Array, start: number, end: number): this {
    // V8 reads an imported constant from memory each time, so that the loop would spend half its time on it.
    const { breaks, extend, inWord, letter, number, rare, space, unspaced, wide, byteClasses: table } = classes
    const { words, lines } = this
    words.count = 0
    lines.clear(start)
    // In the loop these two stand for words.data and words.count.
    let data = words.data
    let filled = 0
    let newlines = 0
    let hashes = 0
    let ellipses = 0
    let letters = 0
    let unspacedLetters = 0
    // Characters so far, and where the run between white space began that is at hand.
    let chars = 0
    let inkAt = -1
    // Of the line at hand: what is not white space in it, from and to, and its words between white space.
    let inkStart = -1
    let inkEnd = start
    let inkWords = 0
    let longest = 0

    for (let at = start; at < end; ) {
      const from = at
      const byte = bytes[at]!
      let bits = table[byte]!

      if ((bits & space) !== 0) {
        at++
        if (inkAt >= 0) {
          inkWords++
          if (chars - inkAt > longest) longest = chars - inkAt
          inkEnd = from
          inkAt = -1
        }
        if ((bits & breaks) !== 0) {
          lines.add(bytes, from, chars, inkStart, inkEnd, inkWords, longest)
          inkStart = -1
          inkWords = 0
          longest = 0
          chars++
          if (byte === 0x0a) newlines++
          else if (byte === 0x0d && at < end && bytes[at] === 0x0a) {
            at++
            chars++
            newlines++
          }
          lines.begin(at, chars)
        } else chars++
        continue
      }

      let code: number = byte
      if (bits === wide) {
        code = codeAt(bytes, at)
        bits = classOf(code)
        if ((bits & space) !== 0) {
          if (inkAt >= 0) {
            inkWords++
            if (chars - inkAt > longest) longest = chars - inkAt
            inkEnd = from
            inkAt = -1
          }
          at += widthOf(byte)
          chars++
          if ((bits & breaks) !== 0) {
            lines.add(bytes, from, chars - 1, inkStart, inkEnd, inkWords, longest)
            lines.begin(at, chars)
            inkStart = -1
            inkWords = 0
            longest = 0
          }
          continue
        }
      }
      if (inkAt < 0) {
        inkAt = chars
        if (inkStart < 0) inkStart = from
      }

      if ((bits & (letter | number)) !== 0 && (bits & unspaced) === 0) {
        let kinds = bits
        // Bytes of the word that are no character of their own.
        let surplus = 0
        if (code > 0x7f) {
          surplus = widthOf(byte) - 1
          at += surplus
        }
        at++
        for (;;) {
          let before = bits
          while (at < end) {
            before = bits
            bits = table[bytes[at]!]!
            if ((bits & inWord) === 0) break
            kinds |= bits
            at++
          }
          if (at >= end) break
          const next = bytes[at]!
          if (bits === wide) {
            const nextCode = codeAt(bytes, at)
            bits = classOf(nextCode)
            if ((bits & unspaced) !== 0) break
            if ((bits & inWord) === 0 && !(nextCode === 0x2019 && joins(bytes, at + 3, end, before, letter | number)))
              break
            kinds |= bits & inWord
            const width = widthOf(next)
            surplus += width - 1
            at += width
            continue
          }
          // An apostrophe or full stop between letters or digits, a comma between digits (WB6, WB7, WB11, WB12).
          if (next !== 0x27 && next !== 0x2e && next !== 0x2c) break
          if (!joins(bytes, at + 1, end, before, next === 0x2c ? number : letter | number)) break
          at++
        }
        if ((kinds & rare) !== 0) {
          for (let i = from; i < at; i++) {
            if ((table[bytes[i]!]! & rare) !== 0) lines.flags |= phraseAt(bytes, i, lines.start, end)
          }
        }
        const length = at - from - surplus
        if (filled === data.length) data = words.data = grown(data)
        data[filled] = from
        data[filled + 1] = at
        data[filled + 2] = (length << 2) | ((kinds & letter) !== 0 ? alphabetic : 0)
        filled += stride
        letters += length
        chars += length
        continue
      }

      if ((bits & unspaced) !== 0) {
        // A run in scripts without spaces goes to the segmenter.
        at += widthOf(byte)
        while (at < end && bytes[at]! > 0x7f && (classOf(codeAt(bytes, at)) & (unspaced | extend)) !== 0) {
          at += widthOf(bytes[at]!)
        }
        words.count = filled / stride
        const added = addSegments(words, textOf(bytes, from, at), from)
        data = words.data
        filled = words.count * stride
        chars += added
        letters += added
        unspacedLetters += added
        continue
      }

      // Anything else: a run of one character is one word.
      let times = 0
      if (code < 0x80) {
        do at++
        while (at < end && bytes[at] === byte)
        times = at - from
        if (byte === 0x2e) ellipses += Math.floor(times / 3)
        else if (byte === 0x23) hashes += times
        else if (byte === 0x7b || byte === 0x5b) lines.mark(byte)
      } else {
        const width = widthOf(byte)
        do {
          at += width
          times++
        } while (at < end && bytes[at] === byte && codeAt(bytes, at) === code)
        if (code === 0x2026) ellipses += times
      }
      if (filled === data.length) data = words.data = grown(data)
      data[filled] = from
      data[filled + 1] = at
      data[filled + 2] = (times << 2) | symbolic
      filled += stride
      chars += times
    }
    if (inkAt >= 0) {
      inkWords++
      if (chars - inkAt > longest) longest = chars - inkAt
      inkEnd = end
    }
    if (lines.start < end) lines.add(bytes, end, chars, inkStart, inkEnd, inkWords, longest)
    words.count = filled / stride
    this.chars = chars
    this.newlines = newlines
    this.hashes = hashes
    this.ellipses = ellipses
    this.letters = letters
    this.unspacedLetters = unspacedLetters
    return this
  }
}

/** Whether the character at `at` goes on with a word whose last character before the joint was `before`: both of one of the kinds. */
function joins(bytes: Uint8Array, at: number, end: number, before: number, kinds: number): boolean {
  if (at >= end) return false
  const bits = bytes[at]! < 0x80 ? byteClasses[bytes[at]!]! : classOf(codeAt(bytes, at))
  return (before & bits & kinds) !== 0 && (bits & classes.unspaced) === 0
}
