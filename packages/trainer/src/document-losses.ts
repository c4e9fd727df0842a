import type { Blocks } from '@sluice/pipeline'
import type { RecordBatch } from 'apache-arrow'
import type { DocumentName } from './bad-step.ts'

/** How hard a document was to foretell. */
export interface DocumentLoss extends DocumentName {
  /** Targets of it. */
  readonly tokens: number
  /** Their mean cross-entropy, nats. */
  readonly loss: number
}

/** Gathers the losses of targets by document, whose stretches may lie in several rows and batches. */
export function documentLosses() {
  const found = new Map<string, DocumentName & { tokens: number; nats: number }>()
  return {
    /** @param places of the losses among the batch's rows of T + 1 ids. What no stretch covers, such as padding, is left out */
    add(batch: RecordBatch<Blocks>, width: number, losses: Float32Array, places: Int32Array): void {
      const spans = batch.getChild('spans')
      if (!spans) return
      const owners: (DocumentName & { tokens: number; nats: number })[] = []
      const owner = new Int32Array(batch.numRows * width).fill(-1)
      for (let row = 0; row < batch.numRows; row++) {
        for (const span of spans.get(row) ?? []) {
          if (!span) continue
          const { doc_id, source, start, length } = span
          const key = JSON.stringify([source, doc_id])
          const document = found.get(key) ?? { doc_id, source, tokens: 0, nats: 0 }
          found.set(key, document)
          owner.fill(owners.push(document) - 1, row * width + start, row * width + start + length)
        }
      }
      places.forEach((place, i) => {
        const document = owners[owner[place]!]
        if (!document) return
        document.tokens++
        document.nats += losses[i]!
      })
    },
    /** Of every document with a target, in the order of their first stretches. */
    documents(): DocumentLoss[] {
      return [...found.values()].flatMap(({ doc_id, source, tokens, nats }) =>
        tokens === 0 ? [] : [{ doc_id, source, tokens, loss: nats / tokens }],
      )
    },
    /** Mean loss of each source, nats. */
    sources(): Record<string, number> {
      const sums: Record<string, { tokens: number; nats: number }> = {}
      for (const { source, tokens, nats } of found.values()) {
        const sum = sums[source] ?? { tokens: 0, nats: 0 }
        sums[source] = { tokens: sum.tokens + tokens, nats: sum.nats + nats }
      }
      const counted = Object.entries(sums).filter(([, { tokens }]) => tokens > 0)
      return Object.fromEntries(counted.map(([source, { tokens, nats }]) => [source, nats / tokens]))
    },
  }
}
