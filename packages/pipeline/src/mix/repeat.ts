import type { TypeMap } from 'apache-arrow'
import type { Frame, Json } from '../contract/frame.ts'
import type { Source } from '../contract/source.ts'
import { ConfigError } from '../errors.ts'
import { toldBy } from './part-of.ts'

export interface RepeatOptions {
  /** How often the source is read from beginning to end. Default: without end; once, where it cannot be read again. */
  epochs?: number
}

/** Where a repeated source stands: the epoch (0, 1, 2 …), the source's own position within it, whether no row has come in it yet. */
type RepeatPosition = { readonly epoch: number; readonly at: Json; readonly empty?: true }

/**
 * A source read several times over. It keeps the source's id; its positions are `{ epoch, at, empty }`. An epoch that gives no row
 * ends it: there is nothing to repeat.
 *
 * @throws ConfigError for several epochs of a source that cannot be read again
 */
export function repeat<O extends TypeMap>(source: Source<O>, options: RepeatOptions = {}): Source<O> {
  const { id } = source
  const { epochs = source.replayable ? Number.POSITIVE_INFINITY : 1 } = options
  if (!(epochs >= 1) || !(Number.isInteger(epochs) || epochs === Number.POSITIVE_INFINITY)) {
    throw new ConfigError(`epochs must be an integer of at least 1, found ${epochs}`, { stage: id })
  }
  if (epochs > 1 && !source.replayable) {
    throw new ConfigError('cannot be read more than once', {
      stage: id,
      advice: 'set epochs to 1, or read from a file',
    })
  }
  return {
    id,
    schema: source.schema,
    replayable: source.replayable,
    ...toldBy(source),
    async *read(from, signal) {
      const start = from as RepeatPosition | undefined
      for (let epoch = start?.epoch ?? 0; epoch < epochs && !signal.aborted; epoch++) {
        const within = epoch === start?.epoch ? start.at : undefined
        let empty = within === undefined || start?.empty === true
        for await (const frame of source.read(within, signal)) {
          empty &&= frame.batch.numRows === 0
          yield placed(frame, id, { epoch, at: frame.cursor[id] ?? null, ...(empty ? { empty } : {}) })
        }
        if (empty) return
      }
    },
  }
}

function placed<O extends TypeMap>(frame: Frame<O>, id: string, position: RepeatPosition): Frame<O> {
  return { ...frame, cursor: { ...frame.cursor, [id]: position } }
}
