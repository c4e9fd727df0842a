import type { Json, RefinedCounts } from '@sluice/pipeline'

/** `RefinedCounts` while they grow. */
interface Counts {
  documents: number
  bytes: number
  kept: number
  keptBytes: number
  readonly dropped: Record<string, number>
  readonly changed: Record<string, number>
}

/** Counts what becomes of the documents of each source. They are part of the stage's position, so that resuming goes on counting. */
export class Counter {
  readonly #sources = new Map<string, Counts>()

  constructor(from?: Json) {
    for (const [source, counts] of Object.entries((from ?? {}) as unknown as Record<string, Counts>)) {
      this.#sources.set(source, { ...counts, dropped: { ...counts.dropped }, changed: { ...counts.changed } })
    }
  }

  of(source: string): Counts {
    let counts = this.#sources.get(source)
    if (!counts) {
      counts = { documents: 0, bytes: 0, kept: 0, keptBytes: 0, dropped: {}, changed: {} }
      this.#sources.set(source, counts)
    }
    return counts
  }

  /** A copy of all counts. */
  counts(): Record<string, RefinedCounts> {
    const copy = ([source, counts]: [string, Counts]) =>
      [source, { ...counts, dropped: { ...counts.dropped }, changed: { ...counts.changed } }] as const
    return Object.fromEntries([...this.#sources].map(copy))
  }
}

export function count(names: Record<string, number>, name: string, times = 1): void {
  names[name] = (names[name] ?? 0) + times
}
