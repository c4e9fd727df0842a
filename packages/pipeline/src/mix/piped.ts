import type { Schema, TypeMap } from 'apache-arrow'
import type { Cursor, Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import type { Stage } from '../contract/stage.ts'
import type { RunEvent } from '../events.ts'
import { frames } from '../runtime/frames.ts'

export interface PipedOptions {
  readonly source: Source
  /** Makes the stages, anew for each reading: what is read twice must not share state. */
  stages(): readonly Stage[]
  readonly seed?: number
  /** Bytes in flight within it: see `RunOptions`. */
  readonly mark?: number
  /** Where the checkpoint resumed from has what a stage saved. */
  readonly saved?: (stage: string) => string | undefined
  /** Takes what the stages tell: warnings, notes, what was refined. Default: nobody hears it. */
  readonly emit?: (event: RunEvent) => void
}

/** What a run of its own tells of itself, and the run around it tells as well. */
const own: ReadonlySet<RunEvent['type']> = new Set(['started', 'progress', 'memory', 'mixed', 'bottleneck', 'finished'])

/**
 * A source and the stages behind it as one source: a sub-pipeline, for a mix of what stages give. It keeps the source's id; its
 * position is the cursor of the whole sub-pipeline, so it resumes exactly, and what its stages save is among `savedStates`. Its
 * source's summary is among what it tells.
 */
export function piped<O extends TypeMap>(options: PipedOptions): Source<O> {
  const { source, seed, mark, saved, emit } = options
  const { id } = source
  const schema = options.stages().reduce<Schema>((before, stage) => stage.schema(before), source.schema) as Schema<O>
  let latest: readonly Stage[] = []
  return {
    id,
    schema,
    replayable: source.replayable,
    ...(source.files ? { files: () => source.files!() } : {}),
    savedStates: () => new Map(latest.flatMap(stage => (stage.save ? [[stage.id, stage.save()] as const] : []))),
    async *read(from, signal) {
      latest = options.stages()
      const inner = frames({
        source,
        stages: latest,
        signal,
        ...(seed === undefined ? {} : { seed }),
        ...(mark === undefined ? {} : { mark }),
        ...(from === undefined ? {} : { from: from as Cursor }),
        ...(saved ? { saved } : {}),
        emit(event) {
          if (!own.has(event.type)) emit?.(event)
        },
      })
      for await (const { batch, cursor } of inner) yield { batch, cursor: { [id]: cursor as Json }, seq: 0 }
    },
  }
}
