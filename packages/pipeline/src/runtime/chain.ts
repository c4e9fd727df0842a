import type { Schema } from 'apache-arrow'
import type { Sink } from '../contract/sink.ts'
import type { Source } from '../contract/source.ts'
import type { Stage } from '../contract/stage.ts'
import { ConfigError, SchemaError } from '../errors.ts'
import { atStage } from './fault.ts'
import { flatten } from './pipe.ts'
import { flattenSinks } from './sinks.ts'

/** A run's parts, composed ones taken apart, each found to fit the one before it. */
export interface Chain {
  readonly source: Source
  readonly stages: readonly Stage[]
  readonly sinks: readonly Sink[]
  /** What the source gives, then what each stage gives. */
  readonly schemas: readonly Schema[]
}

/**
 * Joins the schema of each part to the next, before anything is read.
 *
 * @throws ConfigError where two parts have one id; SchemaError, naming both stages and the field, where they do not fit
 */
export function joinChain(source: Source, stages: readonly Stage[], sink: Sink): Chain {
  const line = flatten(stages)
  const ends = flattenSinks([sink])
  const ids = new Set<string>()
  for (const { id } of [source, ...line, ...ends]) {
    if (ids.has(id)) {
      throw new ConfigError(`two parts of the run have the id "${id}"`, { advice: 'give one of them another id' })
    }
    ids.add(id)
  }
  const schemas: Schema[] = [source.schema]
  let before: string = source.id
  for (const stage of line) {
    schemas.push(fitted(before, stage.id, () => stage.schema(schemas.at(-1)!)))
    before = stage.id
  }
  for (const end of ends) fitted(before, end.id, () => end.accept?.(schemas.at(-1)!))
  return { source, stages: line, sinks: ends, schemas }
}

function fitted<T>(before: string, stage: string, join: () => T): T {
  try {
    return join()
  } catch (error) {
    if (!(error instanceof SchemaError)) throw atStage(error, stage)
    throw new SchemaError(`does not fit after "${before}": ${error.message}`, {
      stage: error.stage ?? stage,
      cause: error,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
    })
  }
}
