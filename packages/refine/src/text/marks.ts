import { type Code, i8x16, i32, i64, Kernels, type Local, type V128, v128, type WasmModule } from '@sluice/wasm'
import { anchors } from './phrases.ts'

/** Numbers for each 32 bytes in `Marks.bits`. */
export const marksEach = 10
// Which of them is what. All but the sums are bits; bit i is of byte i.
/** Bytes of words of ASCII: letters, digits and the underscore. */
const wordAt = 0
/** Where an anchor of a phrase begins. */
export const anchorAt = 1
// The others are there after `count` only.
/** LF, VT, FF, CR. */
export const breakAt = 2
/** Bytes whose words cannot be counted by bits: other characters than ASCII, and underscores that no word stands before. */
export const strangeAt = 3
export const spaceAt = 4
/** Where a run between white space begins. */
const runAt = 5
/** Such beginnings before these bytes. */
const runsAt = 6
/** Bytes that go on with a character. */
const restAt = 7
/** Such bytes before these. */
const restsAt = 8
/** { and [ */
export const bracketAt = 9

/** What is counted, by its place in `Marks.sums`. */
export const sumOf = {
  words: 0,
  /** Characters of words. */
  wordChars: 1,
  /** Words with a letter. */
  alphabetic: 2,
  /** Runs of one other character. */
  symbolic: 3,
  newlines: 4,
  hashes: 5,
  /** Bytes that go on with a character. */
  rests: 6,
  /** Blocks of 32 bytes in which something is strange. */
  strange: 7,
  /** Not zero where three full stops stand in a row. */
  dots: 8,
} as const

/** Bytes before the marks, for the sums. */
const head = 64

/** The places in a text where something may be, as bits, sixteen bytes at a time: what makes the scanner fast. */
export class Marks {
  readonly #kernels = new Kernels<'mark' | 'count' | 'recount'>(module => {
    addKernel(module, 'mark')
    addKernel(module, 'count')
    addKernel(module, 'recount')
  })
  #bytes: Buffer = Buffer.from(this.#kernels.buffer)
  /** `marksEach` numbers for each 32 bytes of the text. */
  bits: Int32Array = new Int32Array(this.#kernels.buffer, head)
  sums: Int32Array = new Int32Array(this.#kernels.buffer, 0, head >> 2)
  #text = 0
  blocks = 0

  /** Reads a text; valid until the next one is read. White space is marked behind its end, and nothing else. */
  read(bytes: Uint8Array, start: number, end: number, kernel: 'mark' | 'count'): void {
    const length = end - start
    this.blocks = (length >> 5) + 1
    // White space before the text and behind it ends what stands at its ends.
    const text = head + this.blocks * 4 * marksEach + 32
    if (this.#kernels.ensure(text + length + 96)) {
      this.#bytes = Buffer.from(this.#kernels.buffer)
      this.bits = new Int32Array(this.#kernels.buffer, head)
      this.sums = new Int32Array(this.#kernels.buffer, 0, head >> 2)
    }
    this.#bytes.fill(0x20, text - 32, text)
    this.#bytes.set(bytes.subarray(start, end), text)
    this.#bytes.fill(0x20, text + length, text + length + 96)
    this.#text = text
    this.#call(kernel)
  }

  #call(kernel: 'mark' | 'count' | 'recount'): void {
    this.#kernels.call[kernel](this.#text, this.#text + this.blocks * 32, head, 0)
  }

  /** Makes white space of bytes, counted from the text's start; the marks stay as they are. */
  blank(from: number, to: number): void {
    this.#bytes.fill(0x20, this.#text + from, this.#text + to)
  }

  /** Counts the sums anew, after `blank`. */
  recount(): void {
    this.#call('recount')
  }

  /** Runs of at least three full stops: how many times three there are in them. */
  ellipses(): number {
    const end = this.#text + this.blocks * 32
    let times = 0
    for (let at = this.#bytes.indexOf('...', this.#text); at >= 0 && at < end; at = this.#bytes.indexOf('...', at)) {
      const from = at
      while (this.#bytes[at] === 0x2e) at++
      times += Math.floor((at - from) / 3)
    }
    return times
  }

  /** Runs between white space that begin before `at`. */
  runsBefore(at: number): number {
    const i = (at >> 5) * marksEach
    return this.bits[i + runsAt]! + bitsSet(this.bits[i + runAt]! & ((1 << (at & 31)) - 1))
  }

  /** Characters that begin before `at`. */
  charsBefore(at: number): number {
    const i = (at >> 5) * marksEach
    return at - this.bits[i + restsAt]! - bitsSet(this.bits[i + restAt]! & ((1 << (at & 31)) - 1))
  }

  /** Where the run without white space of ASCII that `at` is in begins. */
  runStart(at: number): number {
    let block = at >> 5
    let found = this.bits[block * marksEach + spaceAt]! & ((1 << (at & 31)) - 1)
    while (found === 0 && block > 0) found = this.bits[--block * marksEach + spaceAt]!
    return found === 0 ? 0 : block * 32 + 32 - Math.clz32(found)
  }

  /** Where it ends. */
  runEnd(at: number): number {
    let block = at >> 5
    let found = this.bits[block * marksEach + spaceAt]! & -(1 << (at & 31))
    // There is white space behind the text.
    while (found === 0) found = this.bits[++block * marksEach + spaceAt]!
    return block * 32 + lowestBit(found)
  }
}

/**
 * Where the run of bytes of ASCII words that `at` is in, or may be in, ends.
 *
 * @param bits of `Marks`
 * @param at counted from the text's start
 */
export function endOfRun(bits: Int32Array, at: number): number {
  let block = at >> 5
  let others = ~bits[block * marksEach + wordAt]! >>> (at & 31)
  if (others !== 0) return at + lowestBit(others)
  do others = ~bits[++block * marksEach + wordAt]!
  while (others === 0)
  return block * 32 + lowestBit(others)
}

/** Which bit is the lowest of those set. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}

function bitsSet(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * Adds a function of (from, to, into, sums): `mark` writes of each 32 bytes what the scanner's loop needs, `count` all there is, and
 * counts; `recount` counts only. It looks at the byte before `from` and at two behind `to`.
 */
function addKernel(module: WasmModule, name: 'mark' | 'count' | 'recount'): void {
  module.func(name, ['i32', 'i32', 'i32', 'i32'], ([from, to, into, sums], body) => {
    const counts = name !== 'mark'
    const stores = name !== 'recount'
    const place = body.local('i32')
    const [own, before, after] = [body.local('v128'), body.local('v128'), body.local('v128')]
    // With letters in lower case. (Other bytes change, too, but none becomes a letter.)
    const lower = [body.local('v128'), body.local('v128'), body.local('v128')] as const
    const named = <K extends string, T extends 'i32' | 'v128'>(type: T, ...names: K[]) =>
      Object.fromEntries(names.map(each => [each, body.local(type)])) as unknown as Record<K, Local<T>>
    const is = named('v128', 'letter', 'digit', 'letterBefore', 'digitBefore', 'both', 'word', 'inWord', 'space')
    const bits = named(
      'i32',
      ...(['word', 'inWord', 'letter', 'symbol', 'space', 'feed', 'hash', 'strange'] as const),
      ...(['breaks', 'rest', 'bracket', 'anchor', 'dots', 'start', 'other', 'run'] as const),
    )
    const sum = named(
      'i32',
      ...(['words', 'wordChars', 'alphabetic', 'symbolic', 'newlines', 'hashes', 'rests', 'strange', 'dots'] as const),
    )
    const runs = body.local('i32')
    const [wordBefore, spaceBefore] = [body.local('i32'), body.local('i32')]
    const [rippled, ripple] = [body.local('i64'), body.local('i64')]

    const small = (bytes: V128): V128 => v128.or(bytes, i8x16.const(0x20))
    const letters = (bytes: V128): V128 => within(small(bytes), 0x61, 26)
    const digits = (bytes: V128): V128 => within(bytes, 0x30, 10)
    const one = (bytes: V128, character: string): V128 => i8x16.eq(bytes, i8x16.const(character.charCodeAt(0)))
    const begins = (anchor: string): V128 =>
      lower.map((bytes, i) => i8x16.eq(bytes, i8x16.const(anchor.charCodeAt(i)))).reduce((a, b) => v128.and(a, b))
    const not = (mask: V128): V128 => v128.xor(mask, i8x16.const(-1))

    /** Sixteen bytes of the 32. */
    const half = (at: Local<'i32'>, which: 0 | 1): Code => {
      const note = (into: Local<'i32'>, mask: V128): Code =>
        into.set(which === 0 ? i8x16.bitmask(mask) : i32.or(into, i32.shl(i8x16.bitmask(mask), 16)))
      const byte = (offset: number): V128 => v128.load(i32.add(at, 16 * which + offset))
      const marks = [
        own.set(byte(0)),
        is.letter.set(letters(own)),
        is.digit.set(digits(own)),
        is.word.set(any(is.letter, is.digit, one(own, '_'))),
        note(bits.word, is.word),
        lower[0].set(small(own)),
        lower[1].set(small(byte(1))),
        lower[2].set(small(byte(2))),
        note(bits.anchor, any(...anchors.map(begins))),
      ]
      const numbers = [
        before.set(byte(-1)),
        after.set(byte(1)),
        is.letterBefore.set(letters(before)),
        is.digitBefore.set(digits(before)),
        // An apostrophe or full stop between two letters or two digits, a comma between digits (WB6, WB7, WB11, WB12).
        is.both.set(v128.and(is.digitBefore, digits(after))),
        is.inWord.set(
          any(
            is.word,
            v128.and(one(own, ','), is.both),
            v128.and(any(one(own, "'"), one(own, '.')), any(is.both, v128.and(is.letterBefore, letters(after)))),
          ),
        ),
        is.space.set(any(one(own, ' '), within(own, 0x09, 5), within(own, 0x1c, 4))),
        note(bits.inWord, is.inWord),
        note(bits.letter, is.letter),
        note(bits.space, is.space),
        // The first of a run of one other character.
        note(bits.symbol, v128.andNot(not(any(is.inWord, is.space)), i8x16.eq(own, before))),
        note(bits.hash, one(own, '#')),
        note(bits.dots, v128.and(one(own, '.'), v128.and(one(before, '.'), one(after, '.')))),
      ]
      // What is not said of words is known before they are counted anew.
      const rest = [
        note(bits.feed, one(own, '\n')),
        note(bits.rest, within(own, 0x80, 0x40)),
        note(
          bits.strange,
          any(own, v128.andNot(one(own, '_'), any(is.letterBefore, is.digitBefore, one(before, '_')))),
        ),
        note(bits.breaks, within(own, 0x0a, 4)),
        note(bits.bracket, any(one(own, '{'), one(own, '['))),
      ]
      return [stores ? marks : marks.slice(0, 4), counts ? numbers : [], name === 'count' ? rest : []]
    }
    const add = (into: Local<'i32'>, mask: Parameters<typeof i32.popcnt>[0]): Code =>
      into.set(i32.add(into, i32.popcnt(mask)))
    const without = (mask: Local<'i32'>, others: ReturnType<typeof i32.or>) => i32.and(mask, i32.xor(others, -1))
    const put = (which: number, value: Local<'i32'>): Code => i32.store(place, value, 4 * which)

    const counted: Code = [
      bits.start.set(without(bits.inWord, i32.or(i32.shl(bits.inWord, 1), wordBefore))),
      wordBefore.set(i32.shrU(bits.inWord, 31)),
      add(sum.words, bits.start),
      add(sum.wordChars, bits.inWord),
      // A word that begins with a digit may have letters all the same: one added to its first byte ripples through all that are no
      // letters and comes to lie on the first letter, or behind the word.
      bits.other.set(without(bits.inWord, bits.letter)),
      rippled.set(i64.add(i64.add(i64.extend(bits.other), i64.extend(without(bits.start, bits.letter))), ripple)),
      ripple.set(i64.shrU(rippled, 32)),
      add(sum.alphabetic, i32.and(bits.start, bits.letter)),
      add(sum.alphabetic, i32.and(i32.wrap(rippled), bits.letter)),
      add(sum.symbolic, bits.symbol),
      add(sum.newlines, bits.feed),
      add(sum.hashes, bits.hash),
      sum.strange.set(i32.add(sum.strange, i32.ne(bits.strange, 0))),
      sum.dots.set(i32.or(sum.dots, bits.dots)),
    ]
    const told: Code = [
      bits.run.set(i32.and(i32.or(i32.shl(bits.space, 1), spaceBefore), i32.xor(bits.space, -1))),
      spaceBefore.set(i32.shrU(bits.space, 31)),
      put(breakAt, bits.breaks),
      put(strangeAt, bits.strange),
      put(spaceAt, bits.space),
      put(runAt, bits.run),
      put(runsAt, runs),
      put(restAt, bits.rest),
      put(restsAt, sum.rests),
      put(bracketAt, bits.bracket),
      add(runs, bits.run),
      add(sum.rests, bits.rest),
    ]
    return [
      place.set(into),
      // Locals begin as zeros.
      spaceBefore.set(i32.const(1)),
      body.range(from, to, 32, at => [
        half(at, 0),
        half(at, 1),
        stores ? [put(wordAt, bits.word), put(anchorAt, bits.anchor)] : [],
        counts ? counted : [],
        name === 'count' ? told : [],
        place.set(i32.add(place, 4 * marksEach)),
      ]),
      counts
        ? Object.entries(sum).map(([what, value]) => i32.store(sums, value, 4 * sumOf[what as keyof typeof sum]))
        : [],
    ]
  })
}

const within = (bytes: V128, first: number, count: number): V128 =>
  i8x16.ltU(i8x16.sub(bytes, i8x16.const(first)), i8x16.const(count))

const any = (...masks: readonly V128[]): V128 => masks.reduce((a, b) => v128.or(a, b))
