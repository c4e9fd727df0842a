import type { Json } from '@sluice/pipeline'

/** Counts of what gave no document, by what it is: "bad lines". */
export class LeftOut {
  readonly #counts = new Map<string, number>()
  total = 0

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
    this.total++
  }

  /** `left out 3 bad lines, 2 records without text` */
  get message(): string {
    return `left out ${[...this.#counts].map(([what, count]) => `${count} ${what}`).join(', ')}`
  }

  get values(): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#counts)
  }
}
