import type { Steps } from '../stage/steps.ts'
import { piece } from '../text/scan.ts'
import type { Words } from '../text/words.ts'
import type { Scanned } from './rule.ts'

/**
 * Words that running text in a language cannot do without. English: the eight of Gopher (Rae et al. 2021, A1.1). Chinese, Japanese
 * and Thai, which Gopher does not judge: particles and function words, modern and classical, as their dictionaries cut them.
 */
export const defaultStopWords: Readonly<Record<string, readonly string[]>> = {
  en: ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'],
  zh: [
    ...'的了是不在我有和人這这之也而其以為为者與与於于何無无',
    '我們',
    '我们',
    '一個',
    '一个',
    '他們',
    '他们',
    '沒有',
    '没有',
  ],
  ja: [...'のはがをにでともへや', 'た', 'だ', 'て', 'な', 'です', 'ます', 'から', 'まで', 'する', 'いる', 'ある'],
  th: ['ที่', 'และ', 'ใน', 'ของ', 'เป็น', 'ได้', 'มี', 'ไม่', 'การ', 'จะ', 'ให้', 'ว่า', 'กับ', 'นี้'],
}

/** Finds out how many different stop words of its language a text has. */
export function stopWordCounter(lists: Readonly<Record<string, readonly string[]>>) {
  const tables = new Map(Object.entries(lists).map(([lang, words]) => [lang, wordTable(words)]))
  const unspaced = ['zh', 'ja', 'th'].flatMap(lang => lists[lang] ?? [])
  const anyUnspaced = unspaced.length > 0 ? wordTable(unspaced) : undefined
  /** @returns whether there are `enough`, in steps where it takes long to know; undefined where no list is known for its language */
  return (text: Scanned, enough: number): boolean | Steps<boolean> | undefined => {
    const lang = text.lang?.toLowerCase().split(/[-_]/)[0]
    const table = lang !== undefined ? tables.get(lang) : text.scan.mostlyUnspaced ? anyUnspaced : tables.get('en')
    return table && hasWords(text, table, enough)
  }
}

interface WordTable {
  /** Words by their first byte and length: `first << 5 | length`, lengths from 31 on together. */
  readonly byShape: ReadonlyMap<number, readonly { readonly bytes: Uint8Array; readonly number: number }[]>
  readonly shapes: Uint8Array
  readonly size: number
}

function wordTable(words: readonly string[]): WordTable {
  const byShape = new Map<number, { bytes: Uint8Array; number: number }[]>()
  const shapes = new Uint8Array(256 * 32)
  const distinct = [...new Set(words)]
  for (const [number, word] of distinct.entries()) {
    const bytes = Buffer.from(word)
    const shape = shapeOf(bytes[0]!, bytes.length)
    byShape.set(shape, [...(byShape.get(shape) ?? []), { bytes, number }])
    shapes[shape] = 1
  }
  return { byShape, shapes, size: distinct.length }
}

function shapeOf(first: number, length: number): number {
  return (first << 5) | Math.min(length, 31)
}

function hasWords({ bytes, start, end, scan }: Scanned, table: WordTable, enough: number): boolean | Steps<boolean> {
  const found = new Set<number>()
  if (scan.listed) return findWords(bytes, scan.words, { table, enough, found })
  // The first lines have enough of them, as a rule.
  for (let at = start; ; ) {
    if (at >= end) return found.size >= enough
    if (at - start > piece) return hasWordsBehind({ bytes, start, end, scan }, at, { table, enough, found })
    at = scan.list(bytes, start, at, end)
    if (findWords(bytes, scan.some, { table, enough, found })) return true
  }
}

function* hasWordsBehind(
  { bytes, start, end, scan }: Omit<Scanned, 'lang'>,
  from: number,
  search: Parameters<typeof findWords>[2],
): Steps<boolean> {
  for (let at = from; at < end; ) {
    at = scan.list(bytes, start, at, end)
    if (findWords(bytes, scan.some, search)) return true
    yield
  }
  return search.found.size >= search.enough
}

/** Adds to `found` until there are enough. */
function findWords(
  bytes: Uint8Array,
  { data, count }: Words,
  { table, enough, found }: { table: WordTable; enough: number; found: Set<number> },
): boolean {
  const { shapes, byShape } = table
  for (let i = 0; i < count; i++) {
    const start = data[i * 3]!
    const length = data[i * 3 + 1]! - start
    const shape = (bytes[start]! << 5) | (length < 31 ? length : 31)
    if (shapes[shape] === 0) continue
    for (const word of byShape.get(shape)!) {
      if (found.has(word.number) || !equal(bytes, start, word.bytes, length)) continue
      found.add(word.number)
      if (found.size >= enough) return true
    }
  }
  return found.size >= enough
}

function equal(bytes: Uint8Array, start: number, word: Uint8Array, length: number): boolean {
  if (word.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[start + i] !== word[i]) return false
  return true
}
