import type { RecordBatch, TypeMap } from 'apache-arrow'
import type { Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { partOf } from './part-of.ts'
import { amountOf, type Quantity } from './quantity.ts'
import { weighRows } from './rows.ts'

/** Where the source stands. There is a position only after what is skipped. */
type SkipPosition = { readonly at: Json }

/**
 * A source without its first documents, or without the first documents that together have at least so many bytes of text. They
 * are read all the same, once: resuming does not read them again.
 *
 * @throws ConfigError for an amount that is none
 */
export function skip<O extends TypeMap>(source: Source<O>, quantity: Quantity): Source<O> {
  const { id } = source
  const { unit, amount } = amountOf(quantity, 'skip', id)
  return partOf(source, async function* (from, signal) {
    const start = from as SkipPosition | undefined
    let skipped = 0
    let over = start !== undefined || amount === 0
    for await (const frame of source.read(start?.at, signal)) {
      const { numRows } = frame.batch
      let row = 0
      if (!over) {
        const { weight, ends } = weighRows(frame.batch, unit)
        while (row < numRows && !over) {
          skipped += weight(row)
          over = skipped >= amount && ends(row)
          row++
        }
        if (row === numRows) continue
      }
      const batch = row === 0 ? frame.batch : (frame.batch.slice(row, numRows) as RecordBatch<O>)
      yield { ...frame, batch, cursor: { ...frame.cursor, [id]: { at: frame.cursor[id] ?? null } } }
    }
  })
}
