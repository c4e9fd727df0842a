import type { Cursor, Json } from '@sluice/pipeline'
import type { Document } from './document.ts'
import { epochOf } from './epochs.ts'

/** What was decided by the first part of a document, for its other parts. */
export type Fate = { readonly drop?: string; readonly lang?: string }

interface Place {
  epoch: number
  /** Documents of this epoch so far. */
  ordinal: number
  fate?: Fate
}

/** Where each source stands: epoch, documents so far, and what holds for a document whose last part has not come yet. */
export class Progress {
  readonly #places = new Map<string, Place>()
  readonly #names = new Map<string, string>()
  #cursor: Cursor = {}

  constructor(from?: Json) {
    for (const [source, [epoch, ordinal, fate]] of Object.entries(
      (from ?? {}) as Record<string, [number, number, Fate | undefined]>,
    )) {
      this.#places.set(source, { epoch, ordinal, ...(fate ? { fate } : {}) })
    }
  }

  /** A frame with this cursor is about to be worked on. */
  enter(cursor: Cursor): void {
    this.#cursor = cursor
    for (const [source, place] of this.#places) this.#turn(source, place)
  }

  /** One string for each source, whatever batch it was read from. */
  source(name: string): string {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    this.#names.set(name, name)
    return name
  }

  begin(document: Document): void {
    const { source } = document
    let place = this.#places.get(source)
    if (!place) {
      place = { epoch: epochOf(this.#cursor, source), ordinal: 0 }
      this.#places.set(source, place)
    }
    document.epoch = place.epoch
    document.ordinal = place.ordinal++
  }

  decide(source: string, fate: Fate): void {
    this.#places.get(source)!.fate = fate
  }

  fate(source: string): Fate | undefined {
    return this.#places.get(source)?.fate
  }

  forget(source: string): void {
    const place = this.#places.get(source)
    if (place) delete place.fate
  }

  toJSON(): Json {
    const entries = [...this.#places].map(([source, { epoch, ordinal, fate }]) => {
      return [source, fate ? [epoch, ordinal, fate] : [epoch, ordinal]]
    })
    return Object.fromEntries(entries) as Json
  }

  #turn(source: string, place: Place): void {
    const epoch = epochOf(this.#cursor, source)
    if (epoch === place.epoch) return
    place.epoch = epoch
    place.ordinal = 0
    delete place.fate
  }
}
