/** A stretch of one document within a stream of tokens: `from` … `to` are places in the stream. */
export interface Stretch {
  readonly doc_id: string
  readonly source: string
  from: number
  to: number
  /** The document's last part has not come yet: the next row may continue it. */
  open: boolean
  /** Tokens of the document came before `from`. */
  begun: boolean
}

/** What a row of tokens is cut into blocks from: ids and the bytes of text each stands for, and whose they are. */
export class TokenStream {
  ids = new Int32Array(1024)
  bytes = new Int32Array(1024)
  length = 0
  stretches: Stretch[] = []

  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.ids.length) return
    const capacity = Math.max(needed, this.ids.length * 2)
    const [ids, bytes] = [new Int32Array(capacity), new Int32Array(capacity)]
    ids.set(this.ids.subarray(0, this.length))
    bytes.set(this.bytes.subarray(0, this.length))
    this.ids = ids
    this.bytes = bytes
  }

  /** Says that the last `count` tokens belong to this document. */
  claim({ doc_id, source, open, begun }: Omit<Stretch, 'from' | 'to'>, count: number): void {
    const last = this.stretches.at(-1)
    if (last?.open && last.doc_id === doc_id && last.source === source) {
      last.to = this.length
      last.open = open
    } else if (count > 0) {
      this.stretches.push({ doc_id, source, from: this.length - count, to: this.length, open, begun })
    }
  }

  /** Forgets the first `count` tokens. */
  drop(count: number): void {
    this.ids.copyWithin(0, count, this.length)
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
    for (const stretch of this.stretches) {
      stretch.begun ||= stretch.from < count
      stretch.from = Math.max(0, stretch.from - count)
      stretch.to -= count
    }
    // An open document whose tokens have all gone may still be continued.
    this.stretches = this.stretches.filter(
      (stretch, i) => stretch.to > 0 || (stretch.open && i === this.stretches.length - 1),
    )
    for (const stretch of this.stretches) stretch.to = Math.max(0, stretch.to)
  }
}

/**
 * Shares `bytes` of text out among tokens in proportion to what each weighs, so that the shares sum to `bytes` exactly. With
 * the tokens' own lengths as weights, and no unknown token among them, each share is exact.
 */
export function shareBytes(bytes: number, weights: Int32Array, into: Int32Array, at: number): void {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i]!
  let weight = 0
  let given = 0
  for (let i = 0; i < weights.length; i++) {
    weight += weights[i]!
    const until = total === 0 ? (i + 1 === weights.length ? bytes : 0) : Math.floor((bytes * weight) / total)
    into[at + i] = until - given
    given = until
  }
}
