import type { RecordBatch, Schema, TypeMap } from 'apache-arrow'
import type { Json } from './frame.ts'
import type { Source } from './source.ts'

export interface SourceOptions<O extends TypeMap> {
  id: string
  schema: Schema<O>
  /** Whether reading can start over. Default true. */
  replayable?: boolean
  /**
   * Yields batches, each with the position just after it: plain JSON from which `read` can continue.
   *
   * @param from a position that this source has yielded; undefined means the beginning
   * @param signal aborted when no more is wanted
   */
  read(
    from: Json | undefined,
    signal: AbortSignal,
  ): AsyncIterable<{ batch: RecordBatch<O>; position: Json }> | Iterable<{ batch: RecordBatch<O>; position: Json }>
}

/** A source from a generator of batches and positions. */
export function defineSource<O extends TypeMap>(options: SourceOptions<O>): Source<O> {
  const { id, schema, replayable = true } = options
  return {
    id,
    schema,
    replayable,
    async *read(from, signal) {
      // Whoever wants no more is given no more, whether `read` looks at the signal or not.
      if (signal.aborted) return
      for await (const { batch, position } of options.read(from, signal)) {
        if (signal.aborted) return
        yield { batch, cursor: { [id]: position }, seq: 0 }
      }
    },
  }
}
