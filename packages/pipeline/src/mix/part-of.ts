import type { TypeMap } from 'apache-arrow'
import type { Source } from '../contract/source.ts'

/** A source that gives a part of what another gives, under the same id. */
export function partOf<O extends TypeMap>(source: Source<O>, read: Source<O>['read']): Source<O> {
  return {
    id: source.id,
    schema: source.schema,
    replayable: source.replayable,
    ...toldBy(source),
    read,
  }
}

/** What a source tells beside its frames, told by one that wraps it. */
export function toldBy(source: Source): Pick<Source, 'summary' | 'mixed' | 'files' | 'savedStates'> {
  return {
    ...(source.summary ? { summary: () => source.summary!() } : {}),
    ...(source.mixed ? { mixed: () => source.mixed!() } : {}),
    ...(source.savedStates ? { savedStates: () => source.savedStates!() } : {}),
    ...(source.files ? { files: () => source.files!() } : {}),
  }
}
