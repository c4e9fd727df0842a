import { ConfigError, DataError, type Stage, type StageContext } from '@sluice/pipeline'
import type { RecordBatch, Schema } from 'apache-arrow'
import { emptyBatch, type RowRange, takeRows } from '../columns/take.ts'
import { type Gatherer, gather } from './gather.ts'
import { type GatherEntry, readEntry } from './replay.ts'
import { rowBytes } from './row-bytes.ts'

export interface BatchOptions {
  /** Rows of a frame. */
  batchSize: number
  /** Default `batch`. */
  id?: string
}

/**
 * Frames of exactly `batchSize` rows, and empty ones that only tell of progress. What does not fill a last frame is dropped
 * and reported.
 *
 * @throws DataError, at the end of the input, when it did not fill a single frame
 */
export function batch({ batchSize, id = 'batch' }: BatchOptions): Stage {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError(`batchSize must be a whole number above 0, found ${batchSize}`, { stage: id })
  }
  let width = 0
  let context: StageContext | undefined
  let from: GatherEntry | undefined
  return {
    id,
    // Rows have a width once the schemas are joined, which is before anybody asks.
    get window() {
      return batchSize * width
    },
    schema(input) {
      width = rowBytes(input)
      return input
    },
    async open(given, position) {
      context = given
      from = readEntry(id, position, ['frames'])
    },
    ...gather({
      id,
      opened: () => ({ context, from }),
      start: (use, opened) => batcher({ id, batchSize, use, ...opened }),
    }),
  }
}

interface BatcherOptions {
  id: string
  batchSize: number
  use(units: number): void
  context?: StageContext | undefined
  from?: GatherEntry | undefined
}

function batcher({ id, batchSize, use, context, from }: BatcherOptions): Gatherer {
  let frames = (from?.frames as number | undefined) ?? 0
  let schema: Schema | undefined
  let held: RecordBatch | undefined
  return {
    units: input => input.numRows,
    *take(input, known) {
      schema ??= input.schema
      let waiting = held?.numRows ?? 0
      let at = known
      while (waiting + input.numRows - at >= batchSize) {
        const rest: RowRange = { batch: held ? 1 : 0, start: at, count: batchSize - waiting }
        const ranges = held ? [{ batch: 0, start: 0, count: waiting }, rest] : [rest]
        const full = takeRows(schema, held ? [held, input] : [input], ranges)
        at += rest.count
        held = undefined
        waiting = 0
        frames++
        use(batchSize)
        yield full
      }
      const count = input.numRows - at
      if (count === 0) return
      const rest: RowRange = { batch: held ? 1 : 0, start: at, count }
      const ranges = held ? [{ batch: 0, start: 0, count: waiting }, rest] : [rest]
      held = takeRows(schema, held ? [held, input] : [input], ranges)
    },
    end() {
      const left = held?.numRows ?? 0
      if (frames === 0) throw tooFew(id, left, batchSize)
      if (left === 0) return []
      const message = `dropped the last ${left} ${left === 1 ? 'block' : 'blocks'}: a batch needs ${batchSize}`
      context?.emit({ type: 'note', stage: id, message, values: { rows: left } })
      return []
    },
    empty: () => emptyBatch(schema!),
    entry: () => ({ frames }),
    held: () => (held ? held.numRows * rowBytes(held.schema) : 0),
  }
}

function tooFew(stage: string, rows: number, batchSize: number): DataError {
  const advice = `set batchSize to at most ${rows}, add text, or go through it more than once`
  return new DataError(`the text gives ${rows} blocks, one batch needs ${batchSize}`, {
    stage,
    advice: rows === 0 ? 'add text' : advice,
  })
}
