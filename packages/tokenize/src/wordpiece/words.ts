import { bertCharacters, changed, changedSingle, dropped, plain, single, space } from './characters.ts'
import type { BertOptions } from './options.ts'

/** First byte of a character of 1 + n bytes, without the bits of the character. */
const leads = [0, 0xc0, 0xe0, 0xf0]

/** A word as it is looked up, and where it came from. Its arrays are used again for the next word. */
export class BertWord {
  /** UTF-8. */
  bytes = new Uint8Array(256)
  length = 0
  /** Of each byte: where in the text the character began and ended that it comes from. */
  from = new Int32Array(256)
  to = new Int32Array(256)

  push(byte: number, from: number, to: number): void {
    if (this.length === this.bytes.length) this.#grow()
    this.bytes[this.length] = byte
    this.from[this.length] = from
    this.to[this.length++] = to
  }

  pushPoint(point: number, from: number, to: number): void {
    if (point < 0x80) {
      this.push(point, from, to)
      return
    }
    const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
    this.push(leads[more]! | (point >> (6 * more)), from, to)
    for (let i = more - 1; i >= 0; i--) this.push(0x80 | ((point >> (6 * i)) & 0x3f), from, to)
  }

  #grow(): void {
    const length = this.bytes.length * 2
    const [bytes, from, to] = [new Uint8Array(length), new Int32Array(length), new Int32Array(length)]
    bytes.set(this.bytes)
    from.set(this.from)
    to.set(this.to)
    this.bytes = bytes
    this.from = from
    this.to = to
  }
}

/** Told the words of a text one after the other. */
export type WordVisitor = (word: BertWord) => void

/**
 * Normalizes `bytes[at … end)`, UTF-8, as BertNormalizer does and cuts words as BertPreTokenizer does: at white space, and
 * before and after punctuation marks and Chinese characters.
 */
export function bertWords(
  options: BertOptions,
): (bytes: Uint8Array, at: number, end: number, visit: WordVisitor) => void {
  const { kinds, ascii, become, kindOf } = bertCharacters(options)
  const word = new BertWord()
  return (bytes, at, end, visit) => {
    word.length = 0
    const finish = (): void => {
      if (word.length > 0) visit(word)
      word.length = 0
    }
    const put = (point: number, kind: number, from: number, to: number): void => {
      if (kind === plain) word.pushPoint(point, from, to)
      else {
        finish()
        if (kind !== single) return
        word.pushPoint(point, from, to)
        finish()
      }
    }
    for (let i = at; i < end; ) {
      const first = bytes[i]!
      if (first < 0x80) {
        const kind = kinds[first]!
        if (kind === plain) word.push(ascii[first]!, i, i + 1)
        else if (kind !== dropped) put(first, kind, i, i + 1)
        i++
        continue
      }
      const character = readCharacter(bytes, i, end)
      const point = character >>> 3
      const to = i + (character & 7)
      const kind = kinds[point]!
      if (kind <= space) put(point, kind, i, to)
      else if (kind === changed) for (const each of become(point)) put(each, kindOf(each), i, to)
      else if (kind === changedSingle) {
        finish()
        for (const each of become(point)) put(each, kindOf(each), i, to)
        finish()
      }
      i = to
    }
    finish()
  }
}

/** `point * 8 + width` of the character at `bytes[at]`; bytes that are no UTF-8 are U+FFFD, one byte wide. */
export function readCharacter(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first < 0x80) return (first << 3) | 1
  const width = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (width === 0 || at + width > end) return (0xfffd << 3) | 1
  let point = first & (0x7f >> width)
  for (let i = at + 1; i < at + width; i++) {
    const next = bytes[i]!
    if ((next & 0xc0) !== 0x80) return (0xfffd << 3) | 1
    point = (point << 6) | (next & 0x3f)
  }
  return point < 0x110000 ? (point << 3) | width : (0xfffd << 3) | 1
}
