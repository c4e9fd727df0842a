import {
  ConfigError,
  type RandomStream,
  randomStream,
  type Stage,
  type StageContext,
  StateError,
} from '@sluice/pipeline'
import type { RecordBatch, Schema } from 'apache-arrow'
import { emptyBatch, type RowRange, takeRows } from '../columns/take.ts'
import { type Gatherer, gather } from './gather.ts'
import { type GatherEntry, readEntry } from './replay.ts'
import { rowBytes } from './row-bytes.ts'

export type ShuffleOptions = {
  /** Default `shuffle`; the stage's random numbers hang on it. */
  id?: string
  /** About what a frame that goes out holds, in bytes. Default 1 MiB. */
  frameBytes?: number
} & (
  | { /** Bytes of blocks that are mixed with each other, `spans` not counted. */ window: number; rows?: never }
  | { /** Or rows. */ rows: number; window?: never }
)

/**
 * Blocks in another order: the stream is taken window by window, and each window is permuted by Fisher and Yates's algorithm
 * with random numbers of (seed, this stage's id, the window's number). Twice the window is held while it goes out. A window
 * that the whole data fits into shuffles perfectly; a small one leaves neighbours near each other.
 */
export function shuffle(options: ShuffleOptions): Stage {
  const { id = 'shuffle', frameBytes = 1 << 20 } = options
  const size = options.rows ?? options.window
  if (!(size >= 1)) throw new ConfigError(`the window must be at least 1, found ${size}`, { stage: id })
  let width = 0
  const rowsOf = (bytes: number) => options.rows ?? Math.max(1, Math.floor(options.window / Math.max(1, bytes)))
  let context: StageContext | undefined
  let from: GatherEntry | undefined
  return {
    id,
    // Rows have a width once the schemas are joined, which is before anybody asks.
    get window() {
      return options.window ?? options.rows * width
    },
    schema(input) {
      width = rowBytes(input)
      return input
    },
    async open(given, position) {
      context = given
      from = readEntry(id, position, ['index', 'given', 'rows'])
    },
    ...gather({
      id,
      opened: () => ({ context, from }),
      start: (use, opened) => {
        const random = randomStream(opened.context?.seed ?? 0, id)
        return shuffler({ id, random, use, rowsOf, frameBytes, from: opened.from })
      },
    }),
  }
}

interface ShufflerOptions {
  id: string
  random: RandomStream
  use(units: number): void
  rowsOf(rowBytes: number): number
  frameBytes: number
  from: GatherEntry | undefined
}

function shuffler({ id, random, use, rowsOf, frameBytes, from }: ShufflerOptions): Gatherer {
  let index = (from?.index as number | undefined) ?? 0
  /** Rows of the window that have gone out. */
  let given = (from?.given as number | undefined) ?? 0
  let rows = 0
  let piece = 1
  let schema: Schema | undefined
  let held: RecordBatch[] = []
  let count = 0

  const learn = (input: Schema): void => {
    schema = input
    const bytes = rowBytes(input)
    rows = rowsOf(bytes)
    piece = Math.max(1, Math.floor(frameBytes / Math.max(1, bytes)))
    if (from === undefined || from.rows === rows) return
    throw new StateError(`the run was shuffled in windows of ${from.rows} rows, now it would be ${rows}`, {
      stage: id,
      advice: 'resume with the same window and block size',
    })
  }
  function* release(): Generator<RecordBatch> {
    const places: RowRange[] = held.flatMap((batch, i) =>
      Array.from({ length: batch.numRows }, (_, start) => ({ batch: i, start, count: 1 })),
    )
    permute(places, random, index * rows)
    while (given < count) {
      const taken = takeRows(schema!, held, places.slice(given, given + piece))
      given += taken.numRows
      if (given >= count) {
        use(count)
        index++
        given = 0
        count = 0
        held = []
        yield taken
        return
      }
      yield taken
    }
  }
  return {
    units: batch => batch.numRows,
    *take(batch, known) {
      if (!schema) learn(batch.schema)
      let at = known
      while (at < batch.numRows) {
        const taken = Math.min(rows - count, batch.numRows - at)
        held.push(takeRows(schema!, [batch], [{ batch: 0, start: at, count: taken }]))
        count += taken
        at += taken
        if (count === rows) yield* release()
      }
    },
    *end() {
      if (count > 0) yield* release()
    },
    empty: () => emptyBatch(schema!),
    entry: () => ({ index, given, rows }),
    held: () => (schema ? count * rowBytes(schema) : 0),
  }
}

/** Fisher and Yates. Every window has numbers of its own: those from `first` on. */
function permute(places: RowRange[], random: RandomStream, first: number): void {
  for (let i = places.length - 1; i > 0; i--) {
    const j = random.below(first + i, i + 1)
    const place = places[i]!
    places[i] = places[j]!
    places[j] = place
  }
}
