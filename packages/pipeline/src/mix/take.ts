import type { RecordBatch, TypeMap } from 'apache-arrow'
import type { Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { partOf } from './part-of.ts'
import { amountOf, type Quantity } from './quantity.ts'
import { weighRows } from './rows.ts'

/** What was taken, and where the source stands. */
type TakePosition = { readonly taken: number; readonly at: Json }

/**
 * The first documents of a source, or the first documents that together have at least so many bytes of text. Documents stay
 * whole, so `take(n)` and `skip(n)` of one source are its two parts. The source is read no further than it must be.
 *
 * @throws ConfigError for an amount that is none
 */
export function take<O extends TypeMap>(source: Source<O>, quantity: Quantity): Source<O> {
  const { id } = source
  const { unit, amount } = amountOf(quantity, 'take', id)
  return partOf(source, async function* (from, signal) {
    const start = from as TakePosition | undefined
    let taken = start?.taken ?? 0
    if (taken >= amount) return
    for await (const frame of source.read(start?.at, signal)) {
      const { numRows } = frame.batch
      const { weight, ends } = weighRows(frame.batch, unit)
      let row = 0
      let enough = false
      while (row < numRows && !enough) {
        taken += weight(row)
        enough = taken >= amount && ends(row)
        row++
      }
      const batch = row === numRows ? frame.batch : (frame.batch.slice(0, row) as RecordBatch<O>)
      // Within a document the amount may be reached already: then all but a byte is, until the document ends.
      const told = enough ? amount : Math.min(taken, amount - 1)
      yield { ...frame, batch, cursor: { ...frame.cursor, [id]: { taken: told, at: frame.cursor[id] ?? null } } }
      if (enough) return
    }
  })
}
