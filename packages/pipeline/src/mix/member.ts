import type { RecordBatch, TypeMap } from 'apache-arrow'
import type { Frame, Json } from '../contract/frame.ts'
import type { MixUnit, Source } from '../contract/source.ts'
import { type WeighedRows, weighRows } from './rows.ts'

/** Where a source of a mix stands. */
export interface MemberPosition {
  /** Bytes, documents or tokens given so far. */
  readonly given: number
  /** The source's own position after the last frame of which everything was given; left out at the beginning. */
  readonly at?: Json
  /** Rows after `at` that were given already. */
  readonly skip?: number
  /** The epoch that these rows are of, where `at` is still of the one before. */
  readonly epoch?: number
  /** Within a document: its other parts come next. */
  readonly open?: true
  /** It has ended, after so many epochs at most; 0 for any number: with more it may go on. */
  readonly ended?: number
}

export interface MemberOptions<O extends TypeMap = any> {
  /** Repeated already, as often as `epochs` says. */
  readonly source: Source<O>
  readonly weight: number
  readonly epochs?: number | undefined
}

/** One source of a mix, read frame by frame and given row by row. */
export class Member<O extends TypeMap = any> {
  readonly source: Source<O>
  readonly weight: number
  given: number
  /** Whether the document given last goes on. */
  open: boolean
  ended: boolean
  #at: Json | undefined
  #skip: number
  #epoch: number | undefined
  readonly #epochs: number
  readonly #unit: MixUnit
  #frames: AsyncIterator<Frame<O>> | undefined
  #held: { batch: RecordBatch<O>; rows: WeighedRows; next: number; after: Json | undefined } | undefined

  constructor({ source, weight, epochs = 0 }: MemberOptions<O>, unit: MixUnit, from: MemberPosition | undefined) {
    this.source = source
    this.weight = weight
    this.#epochs = epochs
    this.#unit = unit
    this.given = from?.given ?? 0
    this.open = from?.open ?? false
    this.ended = from?.ended === epochs
    this.#at = from?.at
    this.#skip = from?.skip ?? 0
    this.#epoch = from?.epoch
  }

  /** Undefined before anything was given. */
  get position(): MemberPosition | undefined {
    if (this.#at === undefined && this.#skip === 0 && !this.ended) return undefined
    return {
      given: this.given,
      ...(this.#at === undefined ? {} : { at: this.#at }),
      ...(this.#skip === 0 ? {} : { skip: this.#skip }),
      ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
      ...(this.open ? { open: true as const } : {}),
      ...(this.ended ? { ended: this.#epochs } : {}),
    }
  }

  /**
   * The next rows, up to the end of a document: at least `bytes` of text and `weight` of what is counted, or all that the
   * source's frame still holds. Undefined when the source has ended.
   */
  async take(least: { bytes: number; weight: number }, signal: AbortSignal): Promise<RecordBatch<O> | undefined> {
    const held = this.#held ?? (await this.#pull(signal))
    if (!held) {
      this.ended = true
      this.open = false
      return undefined
    }
    const { batch, rows, next } = held
    let [end, bytes, weight] = [next, 0, 0]
    while (end < batch.numRows) {
      bytes += rows.bytes(end)
      weight += rows.weight(end)
      this.open = !rows.ends(end)
      end++
      if (!this.open && bytes >= least.bytes && weight >= least.weight) break
    }
    this.given += weight
    if (end < batch.numRows) {
      this.#held = { ...held, next: end }
      this.#skip += end - next
      const epoch = epochOf(held.after)
      this.#epoch = epoch === epochOf(this.#at) ? undefined : epoch
    } else {
      this.#held = undefined
      this.#at = held.after
      this.#skip = 0
      this.#epoch = undefined
    }
    return next === 0 && end === batch.numRows ? batch : (batch.slice(next, end) as RecordBatch<O>)
  }

  async return(): Promise<void> {
    if (!this.ended) await this.#frames?.return?.()
  }

  /** The next frame of which there are rows to give. */
  async #pull(signal: AbortSignal) {
    this.#frames ??= this.source.read(this.#at, signal)[Symbol.asyncIterator]()
    for (;;) {
      const result = await this.#frames.next()
      if (result.done) return undefined
      const { batch, cursor } = result.value
      const after = cursor[this.source.id]
      if (this.#skip === 0 || this.#skip < batch.numRows) {
        return { batch, rows: weighRows(batch, this.#unit), next: this.#skip, after }
      }
      this.#skip -= batch.numRows
      this.#at = after
    }
  }
}

/** Members are repeated sources, whose positions have the epoch; it begins with 0. */
function epochOf(position: Json | undefined): number {
  return ((position ?? {}) as { epoch?: number }).epoch ?? 0
}
