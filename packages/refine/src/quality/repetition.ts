import { byteClasses, space } from '../text/classes.ts'
import { widthOf } from '../text/utf8.ts'
import { Interner } from './intern.ts'
import type { Limit, Rules, Scanned } from './rule.ts'

/**
 * The repetition rules of Gopher (Rae et al. 2021, table A1), with its thresholds: shares of lines, paragraphs and characters that
 * stand twice. Each is switched off by `false`.
 */
export interface RepetitionOptions {
  /** Share of paragraphs that stood there before. Default 0.3. */
  readonly paragraphs?: Limit
  /** Share of the characters in them. Default 0.2. */
  readonly paragraphCharacters?: Limit
  /** Share of lines that stood there before. Default 0.3. */
  readonly lines?: Limit
  /** Share of the characters in them. Default 0.2. */
  readonly lineCharacters?: Limit
  /** Share of characters in the most frequent run of n words, by n. Default 2: 0.2, 3: 0.18, 4: 0.16. */
  readonly topNgrams?: Readonly<Record<string, number>> | false
  /** Share of characters in runs of n words that stood there before, by n. Default 5: 0.15, 6: 0.14 … 10: 0.1. */
  readonly duplicateNgrams?: Readonly<Record<string, number>> | false
}

const published = {
  paragraphs: 0.3,
  paragraphCharacters: 0.2,
  lines: 0.3,
  lineCharacters: 0.2,
  topNgrams: { 2: 0.2, 3: 0.18, 4: 0.16 },
  duplicateNgrams: { 5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1 },
} as const

export function repetition(options: RepetitionOptions = {}): Rules {
  const limits = { ...published, ...options }
  const interner = new Interner()
  const top = pairs(limits.topNgrams)
  const duplicate = pairs(limits.duplicateNgrams)
  const most = Math.max(0, ...[...top, ...duplicate].map(([n]) => n))
  let ids = new Int32Array(1024)
  return function* (text) {
    const { bytes, start, end, scan } = text
    if (scan.chars === 0) return { drop: 'repetition: empty' }
    const [from, to] = trimmed(bytes, start, end)
    const paragraphs = stretches(bytes, from, to, 2, interner)
    if (over(paragraphs.again, paragraphs.count, limits.paragraphs)) return { drop: 'repetition: paragraphs' }
    if (over(paragraphs.chars, scan.chars, limits.paragraphCharacters)) {
      return { drop: 'repetition: characters in paragraphs' }
    }
    yield
    const lines = stretches(bytes, start, end, 1, interner)
    if (over(lines.again, lines.count, limits.lines)) return { drop: 'repetition: lines' }
    if (over(lines.chars, scan.chars, limits.lineCharacters)) return { drop: 'repetition: characters in lines' }

    yield
    const words = scan.words.count
    if (ids.length < words) ids = new Int32Array(words * 2)
    numberWords(text, interner, ids)
    const limitOf = (list: readonly (readonly [number, number])[], n: number) => list.find(([each]) => each === n)?.[1]
    // Runs of n words are pairs of a run of n - 1 and one word.
    const wordIds = ids.slice(0, words)
    for (let n = 2; n <= most && n <= words; n++) {
      yield
      interner.clear()
      const runs = words - n + 1
      for (let i = 0; i < runs; i++) ids[i] = interner.pair(ids[i]!, wordIds[i + n - 1]!)
      const topLimit = limitOf(top, n)
      if (topLimit !== undefined && topRun(scan, ids, runs, n, interner.count) / scan.chars > topLimit) {
        return { drop: `repetition: most frequent ${n} words` }
      }
      const limit = limitOf(duplicate, n)
      if (limit !== undefined && repeatedRuns(scan, ids, runs, n, interner.count) / scan.chars > limit) {
        return { drop: `repetition: runs of ${n} words` }
      }
    }
    return undefined
  }
}

function pairs(limits: Readonly<Record<string, number>> | false): (readonly [number, number])[] {
  return limits === false ? [] : Object.entries(limits).map(([n, limit]) => [Number(n), limit] as const)
}

function over(part: number, whole: number, limit: Limit): boolean {
  return limit !== false && part / whole > limit
}

/** Stretches between at least so many LF in a row: how many there are, how many stood there before, and the characters of those. */
function stretches(bytes: Uint8Array, start: number, end: number, feeds: number, interner: Interner) {
  interner.clear()
  let count = 0
  let again = 0
  let chars = 0
  const add = (from: number, to: number) => {
    count++
    const known = interner.count
    if (interner.bytes(bytes, from, to) === known) return
    again++
    for (let i = from; i < to; i++) if ((bytes[i]! & 0xc0) !== 0x80) chars++
  }
  let from = start
  for (let at = start; at < end; ) {
    if (bytes[at] !== 0x0a) {
      at++
      continue
    }
    const feed = at
    while (at < end && bytes[at] === 0x0a) at++
    if (at - feed < feeds) continue
    add(from, feed)
    from = at
  }
  add(from, end)
  return { count, again, chars }
}

function trimmed(bytes: Uint8Array, start: number, end: number): [number, number] {
  let [from, to] = [start, end]
  while (from < to && (byteClasses[bytes[from]!]! & space) !== 0) from += widthOf(bytes[from]!)
  while (to > from && (byteClasses[bytes[to - 1]!]! & space) !== 0) to--
  return [from, to]
}

function numberWords({ bytes, scan: { words } }: Scanned, interner: Interner, ids: Int32Array): void {
  interner.clear()
  const { data, count } = words
  for (let i = 0; i < count; i++) ids[i] = interner.bytes(bytes, data[i * 3]!, data[i * 3 + 1]!)
}

/** Characters of the most frequent run, joined by spaces, times how often it stands; of several the one that came first. */
function topRun({ words }: Scanned['scan'], ids: Int32Array, runs: number, n: number, distinct: number): number {
  const times = new Int32Array(distinct)
  for (let i = 0; i < runs; i++) times[ids[i]!]!++
  let best = 0
  for (let id = 1; id < distinct; id++) if (times[id]! > times[best]!) best = id
  const at = ids.indexOf(best)
  let chars = n - 1
  for (let i = at; i < at + n; i++) chars += words.chars(i)
  return chars * times[best]!
}

/** Characters, spaces left out, of the runs that stood there before; runs that overlap one that is counted are passed over. */
function repeatedRuns({ words }: Scanned['scan'], ids: Int32Array, runs: number, n: number, distinct: number): number {
  const seen = new Uint8Array(distinct)
  let chars = 0
  for (let i = 0; i < runs; ) {
    if (seen[ids[i]!] === 0) {
      seen[ids[i]!] = 1
      i++
      continue
    }
    for (let j = i; j < i + n; j++) chars += words.chars(j)
    i += n
  }
  return chars
}
