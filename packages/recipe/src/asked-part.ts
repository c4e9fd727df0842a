import { type Documents, type Quantity, type Source, shard, skip, take } from '@sluice/pipeline'
import type { SourceSection } from './recipe.ts'

/** The part of a source that its section asks for: its shard, without what is skipped, up to what is taken. */
export function askedPart(source: Source<Documents>, section: SourceSection): Source<Documents> {
  let part = source
  if (section.shard) part = shard(part, section.shard)
  if (section.skip !== undefined) part = skip(part, quantityOf(section.skip))
  if (section.take !== undefined) part = take(part, quantityOf(section.take))
  return part
}

function quantityOf(amount: number | Quantity): Quantity {
  return typeof amount === 'number' ? { documents: amount } : amount
}
