import type { DocumentRow, Json } from '@sluice/pipeline'
import { fits, partBytes, partsOf } from '../pieces/parts.ts'
import type { Batch } from './files-source.ts'

/** A document that is made whole, with the places before and after it. */
export interface WholeDocument<P> {
  readonly row: Omit<DocumentRow, 'part' | 'last'>
  /** Where to go on after it. */
  readonly next: P
  /** Where to find it again. */
  readonly here: P
}

/**
 * One batch for a document or, when it is over `limit` bytes, one for each of its parts, so that no frame holds it all. The
 * position within a document is its own place and the number of parts that have gone out.
 *
 * @param skip parts that the run has had already
 */
export function* documentBatches<P extends Json>(
  { row, next, here }: WholeDocument<P>,
  limit: number,
  skip = 0,
): Generator<Batch<P>, void, undefined> {
  if (skip === 0 && fits(row.text, limit)) {
    yield { rows: [row], bytes: row.text.length, position: next }
    return
  }
  const parts = partsOf(row.text, Math.min(limit, partBytes))
  for (let part = skip; part < parts.length; part++) {
    const last = part === parts.length - 1
    const text = parts[part]!
    yield {
      rows: [{ ...row, text, part, last }],
      bytes: text.length,
      position: last ? next : ({ ...(here as object), parts: part + 1 } as unknown as P),
    }
  }
}
