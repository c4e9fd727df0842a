import type { TypeMap } from 'apache-arrow'
import type { Source } from '../contract/source.ts'

/** A source that gives a part of what another gives, under the same id. */
export function partOf<O extends TypeMap>(source: Source<O>, read: Source<O>['read']): Source<O> {
  return {
    id: source.id,
    schema: source.schema,
    replayable: source.replayable,
    ...(source.summary ? { summary: () => source.summary!() } : {}),
    ...(source.mixed ? { mixed: () => source.mixed!() } : {}),
    read,
  }
}
