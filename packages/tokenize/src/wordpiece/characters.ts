import { fill } from '../unicode/fill.ts'
import type { BertOptions } from './options.ts'
import { decomposed, isolated, lowered, marks, punctuation, removed, spaces } from './tables.ts'

// What becomes of a character. `changed` ones turn into others, each of which is then looked at.
export const plain = 0
export const single = 1
export const space = 2
export const dropped = 3
export const changed = 4
export const changedSingle = 5

export interface BertCharacters {
  /** What becomes of every code point. */
  readonly kinds: Uint8Array
  /** Of every ASCII byte that is `plain`: the byte it is written as. */
  readonly ascii: Uint8Array
  /** The characters that a `changed` one turns into. */
  become(point: number): readonly number[]
  /** `plain`, `single` or `space`: what one of these is to the cutter. */
  kindOf(point: number): number
}

/** Tables of 1.1 MB each, made once for each choice of options. */
const made = new Map<string, BertCharacters>()

export function bertCharacters(options: BertOptions): BertCharacters {
  const { cleanText = true, handleChineseChars = true, lowercase = true } = options
  const stripAccents = options.stripAccents ?? lowercase
  const key = [cleanText, handleChineseChars, stripAccents, lowercase].join()
  const known = made.get(key)
  if (known) return known

  const cutting = new Uint8Array(0x110000)
  fill(cutting, punctuation, single)
  fill(cutting, spaces, space)
  const parts = stripAccents ? readDecomposed() : new Map<number, readonly number[]>()
  const lower = lowercase ? readLowered() : new Map<number, readonly number[]>()
  const kinds = Uint8Array.from(cutting)
  for (const point of [...parts.keys(), ...lower.keys()]) kinds[point] = changed
  if (stripAccents) {
    kinds.fill(changed, hangul, hangul + 11172)
    fill(kinds, marks, dropped)
  }
  if (handleChineseChars) {
    const chinese = new Uint8Array(0x110000)
    fill(chinese, isolated, 1)
    chinese.forEach((is, point) => {
      if (is) kinds[point] = kinds[point] === changed ? changedSingle : single
    })
  }
  if (cleanText) fill(kinds, removed, dropped)

  const become = (point: number): readonly number[] => {
    const apart = !stripAccents ? undefined : point >= hangul && point < hangul + 11172 ? jamo(point) : parts.get(point)
    return (apart ?? [point]).flatMap(each => lower.get(each) ?? each)
  }
  const ascii = Uint8Array.from({ length: 128 }, (_, byte) => (kinds[byte] === changed ? become(byte)[0]! : byte))
  // Capitals need no look at what they become.
  for (let byte = 0; byte < 128; byte++) if (kinds[byte] === changed) kinds[byte] = plain
  const characters = { kinds, ascii, become, kindOf: (point: number) => cutting[point]! }
  made.set(key, characters)
  return characters
}

const hangul = 0xac00

/** A Hangul syllable's leading consonant, vowel and, if it has one, trailing consonant (Unicode, section 3.12). */
function jamo(syllable: number): number[] {
  const index = syllable - hangul
  const trailing = index % 28
  const apart = [0x1100 + Math.floor(index / 588), 0x1161 + Math.floor((index % 588) / 28)]
  return trailing === 0 ? apart : [...apart, 0x11a7 + trailing]
}

function readDecomposed(): Map<number, readonly number[]> {
  const parts = new Map<number, readonly number[]>()
  const words = decomposed.trim().split(/\s+/)
  let point = 0
  for (let i = 0; i < words.length; i += 2) {
    point += Number.parseInt(words[i]!, 36)
    parts.set(
      point,
      words[i + 1]!.split('.').map(part => Number.parseInt(part, 36)),
    )
  }
  return parts
}

function readLowered(): Map<number, readonly number[]> {
  // The only character with a lower case of two.
  const lower = new Map<number, readonly number[]>([[0x130, [0x69, 0x307]]])
  const numbers = lowered
    .trim()
    .split(/\s+/)
    .map(word => Number.parseInt(word, 36))
  let point = 0
  for (let i = 0; i < numbers.length; i += 4) {
    const [gap, count, step, more] = numbers.slice(i, i + 4) as [number, number, number, number]
    point += gap
    for (let n = 0; n < count; n++) lower.set(point + n * step, [point + n * step + more])
    point += (count - 1) * step
  }
  return lower
}
