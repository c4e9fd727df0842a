import type { Schema } from 'apache-arrow'
import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs'
import type { Frame } from '../contract/frame.ts'
import type { Stage } from '../contract/stage.ts'
import { SchemaError } from '../errors.ts'
import { differingField } from '../schemas/require.ts'
import type { ConsumedPositions } from './consumed.ts'
import { atStage } from './fault.ts'
import { guarded } from './guard.ts'
import type { Meter, Station } from './meter.ts'
import { OrderKeeper } from './order.ts'

/** A stage within a run, with its two boundaries watched. */
export interface Watched {
  readonly stage: Stage
  readonly station: Station
  readonly positions: ConsumedPositions
  readonly output: Observable<Frame>
  /** Frames that came out before their turn. */
  holding(): number
  /** No longer waits for the turn of frames that overtook others. */
  giveUpOrder(): void
}

/** @param schema what the stage said it gives */
export function watch(
  input: Observable<Frame>,
  stage: Stage,
  schema: Schema,
  station: Station,
  positions: ConsumedPositions,
  meter: Meter,
): Watched {
  let keeper: OrderKeeper | undefined
  let below: Subscriber<Frame> | undefined
  const entry: MonoTypeOperatorFunction<Frame> = upstream =>
    new Observable(subscriber =>
      upstream.subscribe({
        next(frame) {
          meter.took(station, frame)
          keeper?.entered(frame)
          meter.within(station, () => subscriber.next(frame))
        },
        error: error => subscriber.error(error),
        complete() {
          station.inputEnded = true
          meter.moves++
          meter.within(station, () => subscriber.complete())
        },
      }),
    )
  const exit: MonoTypeOperatorFunction<Frame> = upstream =>
    new Observable(subscriber => {
      below = subscriber
      let known: Schema | undefined
      const emit = (frame: Frame): void => {
        meter.gave(station, frame)
        positions.emitted(frame.cursor)
        subscriber.next(frame)
      }
      // A stage that declares a window answers for what it keeps back, and for its cursors.
      keeper = stage.window === undefined ? new OrderKeeper(emit) : undefined
      return upstream.subscribe({
        next(frame) {
          if (frame.batch.schema !== known) {
            const name = differingField(frame.batch.schema, schema)
            if (name !== undefined) return subscriber.error(broken(stage.id, name, schema, frame.batch.schema))
            known = frame.batch.schema
          }
          const within = meter.calling(station)
          if (!within) {
            meter.settle()
            meter.stirred()
            station.asynchronous = true
          }
          if (keeper) keeper.left(frame, within)
          else emit(frame)
        },
        error: error => subscriber.error(atStage(error, stage.id)),
        complete() {
          keeper?.giveUp()
          meter.settle()
          meter.moves++
          station.ended = true
          subscriber.complete()
        },
      })
    })
  return {
    stage,
    station,
    positions,
    output: exit(
      applied(
        guarded(entry(input), thrown => below?.error(atStage(thrown, stage.id))),
        stage,
      ),
    ),
    holding: () => keeper?.holding ?? 0,
    giveUpOrder: () => keeper?.giveUp(),
  }
}

function applied(source: Observable<Frame>, stage: Stage): Observable<Frame> {
  try {
    return stage.apply(source)
  } catch (error) {
    throw atStage(error, stage.id)
  }
}

function broken(stage: string, name: string, said: Schema, gave: Schema): SchemaError {
  const type = (schema: Schema) => schema.fields.find(field => field.name === name)?.type
  return new SchemaError(
    `said that it gives "${name}" as ${type(said) ?? 'no column'}, but its batch has ${type(gave) ?? 'no such column'}`,
    { stage, advice: 'its schema() must tell what its batches hold, columns in the same order' },
  )
}
