import { readFile } from 'node:fs/promises'
import { type Json, StateError } from '@sluice/pipeline'
import type { Document } from '../stage/document.ts'
import { KeyTable } from './key-table.ts'

/** What of the table belongs into the cursor: documents in it, and the sources they are of. */
type SeenPosition = { readonly documents: number; readonly sources: readonly string[] }

const chunkOwners = 1 << 16

/**
 * The documents that were kept so far, by their keys. Where a run reads a source again, a document is no duplicate of itself: it is
 * known by its place among the documents of its source. Nothing in the table ever changes, so an older state of it is its beginning.
 */
export class Seen {
  readonly #keysEach: number
  #keys = new KeyTable()
  /** Two numbers a document: which source, and its place in it. */
  #owners: Uint32Array[] = []
  #documents = 0
  #sources: string[] = []
  readonly #numbers = new Map<string, number>()

  /** @param keysEach keys a document has */
  constructor(keysEach: number) {
    this.#keysEach = keysEach
  }

  /** Whether another document has one of these keys (low and high by turns); if none has, the document is added, once. */
  met(keys: Uint32Array, document: Document): boolean {
    const own = this.#number(document.source)
    let itself = false
    for (let i = 0; i < this.#keysEach; i++) {
      const place = this.#keys.find(keys[2 * i]!, keys[2 * i + 1]!)
      if (place < 0) continue
      const owner = Math.floor(place / this.#keysEach)
      const chunk = this.#owners[owner >>> 16]!
      const at = (owner & (chunkOwners - 1)) * 2
      if (chunk[at] !== own || chunk[at + 1] !== document.ordinal) return true
      itself = true
    }
    if (!itself) this.#add(keys, own, document.ordinal)
    return false
  }

  /** Bytes of the table. */
  get bytes(): number {
    if (this.#documents === 0) return 0
    return this.#owners.length * chunkOwners * 8 + this.#keys.bytes
  }

  position(): Json {
    return { documents: this.#documents, sources: this.#sources }
  }

  save(): Iterable<Uint8Array> {
    const header = Uint32Array.of(0x534c5558, 1, this.#documents, this.#keysEach)
    const owners = this.#owners.map((chunk, i) => {
      return new Uint8Array(chunk.buffer, 0, Math.min(chunkOwners, this.#documents - i * chunkOwners) * 8)
    })
    return [new Uint8Array(header.buffer), ...owners, ...this.#keys.save()]
  }

  /** Goes back to how it was at a position, from a file that was saved then or later. */
  async open(position: Json | undefined, saved: string | undefined, stage: string): Promise<void> {
    this.forget()
    const { documents = 0, sources = [] } = (position ?? {}) as Partial<SeenPosition>
    for (const source of sources) this.#number(source)
    if (documents === 0) return
    const advice = 'resume from a checkpoint that has it, or begin afresh with --overwrite'
    if (saved === undefined)
      throw new StateError(`the table of ${documents} documents was not saved`, { stage, advice })
    const bytes = await readFile(saved)
    const numbers = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
    const held = numbers[2] ?? 0
    const size = 4 + held * 2 * (1 + this.#keysEach)
    if (numbers[0] !== 0x534c5558 || numbers[3] !== this.#keysEach || numbers.length !== size || held < documents) {
      const expected = `a table of at least ${documents} documents with ${this.#keysEach} keys each`
      throw new StateError(`expected ${expected}, found another`, { stage, file: saved, advice })
    }
    const keys = 4 + held * 2
    for (let i = 0; i < documents; i++) {
      const from = keys + i * this.#keysEach * 2
      this.#add(numbers.subarray(from, from + this.#keysEach * 2), numbers[4 + 2 * i]!, numbers[5 + 2 * i]!)
    }
  }

  /** Lets go of everything. What was saved before stays as it was. */
  forget(): void {
    this.#keys = new KeyTable()
    this.#owners = []
    this.#documents = 0
    this.#sources = []
    this.#numbers.clear()
  }

  #add(keys: Uint32Array, source: number, ordinal: number): void {
    const i = this.#documents++
    if (i >>> 16 === this.#owners.length) this.#owners.push(new Uint32Array(chunkOwners * 2))
    const chunk = this.#owners[i >>> 16]!
    chunk[(i & (chunkOwners - 1)) * 2] = source
    chunk[(i & (chunkOwners - 1)) * 2 + 1] = ordinal
    for (let k = 0; k < this.#keysEach; k++) this.#keys.add(keys[2 * k]!, keys[2 * k + 1]!)
  }

  #number(source: string): number {
    let number = this.#numbers.get(source)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(source, number)
      this.#sources = [...this.#sources, source]
    }
    return number
  }
}
