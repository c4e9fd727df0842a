import { GREATER, isBlank, isLetter, LESS, LF, SLASH } from './bytes.ts'
import { type Tag, tagCount, tags } from './tags.ts'

export interface OpenTag {
  tag: Tag | undefined
  /** After its `>`. */
  end: number
  closing: boolean
  selfClosing: boolean
}

/** Which elements are known not to be closed any more. */
export class TagMemory {
  readonly #unclosed = new Uint8Array(tagCount)

  clear(): void {
    this.#unclosed.fill(0)
  }

  isUnclosed(tag: Tag): boolean {
    return this.#unclosed[tag.index] === 1
  }

  setUnclosed(tag: Tag): void {
    this.#unclosed[tag.index] = 1
  }
}

/**
 * Reads the tag at a `<`, if it is one of those there are.
 *
 * @param into takes what was read
 */
export function readTag(bytes: Uint8Array, at: number, to: number, into: OpenTag): boolean {
  let from = at + 1
  into.closing = bytes[from] === SLASH
  if (into.closing) from++
  let end = nameEnd(bytes, from, to)
  if (end === from) return false
  into.tag = tags.get(bytes, from, end)
  if (into.tag === undefined) return false
  while (end < to && bytes[end] !== GREATER && bytes[end] !== LESS) end++
  if (end >= to || bytes[end] === LESS) return false
  into.selfClosing = bytes[end - 1] === SLASH
  into.end = end + 1
  return true
}

function nameEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = from
  while (
    end < to &&
    end - from < 20 &&
    (isLetter(bytes[end]) || (end > from && bytes[end]! >= 0x30 && bytes[end]! <= 0x39))
  )
    end++
  return end
}

/** Where the closing tag begins and ends, if there is one. */
export function findClosing(
  bytes: Uint8Array,
  from: number,
  length: number,
  tag: Tag,
  memory: TagMemory,
): { from: number; to: number } | undefined {
  if (memory.isUnclosed(tag)) return undefined
  for (let at = bytes.indexOf(LESS, from); at >= 0 && at < length; at = bytes.indexOf(LESS, at + 1)) {
    if (bytes[at + 1] !== SLASH) continue
    let end = nameEnd(bytes, at + 2, length)
    if (end - at - 2 !== tag.name.length || tags.get(bytes, at + 2, end) !== tag) continue
    while (isBlank(bytes[end]) || bytes[end] === LF) end++
    if (bytes[end] === GREATER && end < length) return { from: at, to: end + 1 }
  }
  memory.setUnclosed(tag)
  return undefined
}
