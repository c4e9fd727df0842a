import type { Json } from '@sluice/pipeline'

/** What gave no document, in the singular and the plural: `['bad line', 'bad lines']`. */
export type Reason = readonly [one: string, many: string]

/** Counts of what gave no document, by reason. */
export class LeftOut {
  readonly #counts = new Map<Reason, number>()
  total = 0

  add(reason: Reason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    this.total++
  }

  /** `left out 3 bad lines, 1 record without text` */
  get message(): string {
    const counts = [...this.#counts].map(([[one, many], count]) => `${count} ${count === 1 ? one : many}`)
    return `left out ${counts.join(', ')}`
  }

  get values(): Readonly<Record<string, Json>> {
    return Object.fromEntries([...this.#counts].map(([[, many], count]) => [many, count]))
  }
}
