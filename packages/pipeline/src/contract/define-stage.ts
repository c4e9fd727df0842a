import type { RecordBatch, Schema, TypeMap } from 'apache-arrow'
import { concatMap, from, map, type OperatorFunction, of } from 'rxjs'
import { ConfigError } from '../errors.ts'
import type { Frame } from './frame.ts'
import type { Stage } from './stage.ts'

export interface StageOptions<I extends TypeMap, O extends TypeMap>
  extends Pick<Stage<I, O>, 'window' | 'held' | 'parallel' | 'divided' | 'open' | 'close' | 'save'> {
  id: string
  /** What comes out for what goes in. Default: the same schema. Throws `SchemaError`; `requireFields` does the usual check. */
  schema?(input: Schema<I>): Schema<O>
  /** One batch in, one batch out, in order; cursors are kept. Return an empty batch to drop every row. */
  map?(batch: RecordBatch<I>): RecordBatch<O> | Promise<RecordBatch<O>>
  /** Or any RxJS operator over frames. Keep `cursor` and `seq` with what they belong to: `{ ...frame, batch }`. */
  apply?: OperatorFunction<Frame<I>, Frame<O>>
}

/** A stage from a function over batches (`map`) or from an RxJS operator over frames (`apply`). */
// Without type arguments an operator is taken as it is: TypeScript infers nothing through `take(3)` or `mergeMap(…)`.
export function defineStage(options: StageOptions<any, any> & { apply: OperatorFunction<Frame, Frame> }): Stage
export function defineStage<I extends TypeMap = any, O extends TypeMap = I>(options: StageOptions<I, O>): Stage<I, O>
export function defineStage<I extends TypeMap = any, O extends TypeMap = I>(options: StageOptions<I, O>): Stage<I, O> {
  const { id, window, parallel, divided } = options
  return {
    id,
    schema: input => options.schema?.(input) ?? (input as unknown as Schema<O>),
    apply: operator(options),
    ...(window === undefined ? {} : { window }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(options.held ? { held: options.held.bind(options) } : {}),
    ...(divided === undefined ? {} : { divided }),
    ...(options.open ? { open: options.open.bind(options) } : {}),
    ...(options.close ? { close: options.close.bind(options) } : {}),
    ...(options.save ? { save: options.save.bind(options) } : {}),
  }
}

function operator<I extends TypeMap, O extends TypeMap>(options: StageOptions<I, O>): Stage<I, O>['apply'] {
  if ((options.map === undefined) === (options.apply === undefined)) {
    throw new ConfigError('a stage is made from either map or apply', { stage: options.id })
  }
  if (options.apply) return options.apply
  return concatMap(frame => {
    const result = options.map!(frame.batch)
    // Synchronous results stay synchronous: no turn of the event loop for each frame.
    if (!('then' in result)) return of({ ...frame, batch: result } as Frame<O>)
    return from(result).pipe(map(batch => ({ ...frame, batch }) as Frame<O>))
  })
}
