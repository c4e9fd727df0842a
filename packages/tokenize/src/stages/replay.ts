import { type Cursor, type Json, StateError } from '@sluice/pipeline'

/**
 * Where a stage that gathers must begin again. Units (rows, tokens) come in with frames and are used up later; a position is
 * the cursor just before the first frame of which not all units are used, and how many of its units are.
 */
export class Replay {
  readonly #frames: { readonly before: Cursor; readonly units: number }[] = []
  #newest: Cursor
  #used = 0
  /** Units still to come that were used before the run was resumed. */
  #pending: number

  constructor(from: { upstream: Cursor; skip: number } = { upstream: {}, skip: 0 }) {
    this.#newest = from.upstream
    this.#pending = from.skip
  }

  /** A frame has come. Returns how many of its units, the first ones, were used before the run was resumed. */
  received(cursor: Cursor, units: number): number {
    this.#frames.push({ before: this.#newest, units })
    this.#newest = cursor
    const known = Math.min(this.#pending, units)
    this.#pending -= known
    this.use(known)
    return known
  }

  use(units: number): void {
    this.#used += units
    while (this.#frames.length > 0 && this.#frames[0]!.units <= this.#used) this.#used -= this.#frames.shift()!.units
  }

  /** What the stages before this one continue from. */
  get upstream(): Cursor {
    return this.#frames[0]?.before ?? this.#newest
  }

  /** Units of what then comes that are used already. */
  get skip(): number {
    return this.#used + this.#pending
  }
}

/** A gathering stage's entry in a cursor. `upstream` repeats the entries before it: opened, a stage is given only its own. */
export type GatherEntry = { readonly upstream: Cursor; readonly skip: number } & { readonly [key: string]: Json }

/** @throws StateError when the entry is of another shape than `keys` (all numbers) */
export function readEntry(stage: string, from: Json | undefined, keys: readonly string[]): GatherEntry | undefined {
  if (from === undefined) return undefined
  const entry = from as Partial<GatherEntry> | null
  const sound =
    typeof entry === 'object' &&
    typeof entry?.upstream === 'object' &&
    entry.upstream !== null &&
    ['skip', ...keys].every(key => Number.isSafeInteger(entry[key]) && (entry[key] as number) >= 0)
  if (sound) return entry as GatherEntry
  throw new StateError(`cannot go on from ${JSON.stringify(from)}`, {
    stage,
    advice: 'the checkpoint is of another version',
  })
}
