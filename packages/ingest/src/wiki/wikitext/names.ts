import { isBlank, LF, UNDERSCORE } from './bytes.ts'

const encoder = new TextEncoder()
const hashStart = 0x811c9dc5

const asItIs = (byte: number): number => byte

/** ASCII in lower case, `_` and line feeds as spaces: names of templates and tags are compared so. */
function folded(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 32
  return byte === UNDERSCORE || byte === LF ? 0x20 : byte
}

/** What is known by a name, looked up from bytes without making a string of them. */
export class NameTable<V> {
  readonly #slots: ({ readonly name: Uint8Array; readonly value: V } | undefined)[]
  readonly #mask: number
  readonly #longest: number
  readonly #fold: (byte: number) => number

  /** @param exact whether upper and lower case are different names */
  constructor(entries: Iterable<readonly [name: string, value: V]>, exact = false) {
    const fold = exact ? asItIs : folded
    this.#fold = fold
    const named = [...entries].map(([name, value]) => ({ name: encoder.encode(name).map(fold), value }))
    let size = 16
    while (size < 4 * named.length) size *= 2
    this.#mask = size - 1
    this.#slots = Array.from({ length: size })
    this.#longest = Math.max(0, ...named.map(({ name }) => name.length))
    for (const entry of named) {
      let slot = this.#hash(entry.name, 0, entry.name.length)
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask
      this.#slots[slot] = entry
    }
  }

  /** The name in `bytes` from `from` to `to`, blanks around it aside. */
  get(bytes: Uint8Array, from: number, to: number): V | undefined {
    let start = from
    let end = to
    while (start < end && (isBlank(bytes[start]) || bytes[start] === LF)) start++
    while (end > start && (isBlank(bytes[end - 1]) || bytes[end - 1] === LF)) end--
    if (end - start > this.#longest) return undefined
    let slot = this.#hash(bytes, start, end)
    for (;;) {
      const entry = this.#slots[slot]
      if (entry === undefined) return undefined
      if (same(entry.name, bytes, start, end, this.#fold)) return entry.value
      slot = (slot + 1) & this.#mask
    }
  }

  /** FNV-1a. */
  #hash(bytes: Uint8Array, from: number, to: number): number {
    const fold = this.#fold
    let hash = hashStart
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ fold(bytes[i]!), 0x01000193)
    return (hash ^ (hash >>> 15)) & this.#mask
  }
}

function same(name: Uint8Array, bytes: Uint8Array, from: number, to: number, fold: (byte: number) => number): boolean {
  if (name.length !== to - from) return false
  for (let i = 0; i < name.length; i++) if (name[i] !== fold(bytes[from + i]!)) return false
  return true
}
