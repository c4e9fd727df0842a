import type { Curves } from '../../protocol.ts'

/** Of one metric in one bucket. */
interface Cell {
  sum: number
  count: number
  least: number
  greatest: number
}

interface Bucket {
  readonly from: number
  cells: Map<string, Cell>
}

export interface CurveStore {
  add(step: number, values: Readonly<Record<string, number>>): void
  clear(): void
  /** A mark of this moment, for `since`. */
  mark(): CurveMark
  /** What has come since a mark, or everything where that cannot be told apart; undefined where nothing has. */
  since(mark: CurveMark | undefined): Curves | undefined
}

export interface CurveMark {
  readonly width: number
  readonly bucket: number
  readonly changes: number
  readonly epoch: number
}

/** Metrics of which least and greatest are sent, too: they jump from step to step. */
const jumping = new Set(['loss', 'grad_norm', 'tokens_per_second'])

/**
 * Curves of any length in bounded memory: buckets of equally many steps, of which two become one whenever there are `most`. Up to
 * `most` steps nothing is lost.
 */
export function curveStore(most = 2048): CurveStore {
  let width = 1
  let buckets: Bucket[] = []
  let changes = 0
  let epoch = 0

  const halve = () => {
    width *= 2
    const joined = new Map<number, Bucket>()
    for (const bucket of buckets) {
      const from = start(bucket.from)
      const into = joined.get(from)
      if (!into) joined.set(from, { from, cells: bucket.cells })
      else for (const [name, cell] of bucket.cells) join(into.cells, name, cell)
    }
    buckets = [...joined.values()]
    epoch++
  }
  // Step 1 is the first: buckets are 1 to width, width + 1 to 2 width …
  const start = (step: number) => Math.floor((step - 1) / width) * width + 1
  return {
    add(step, values) {
      changes++
      const from = start(step)
      let bucket = buckets.at(-1)
      if (!bucket || bucket.from < from) {
        bucket = { from, cells: new Map() }
        buckets.push(bucket)
      } else if (bucket.from > from) {
        // A step told again, after a log was put together by hand: those after it are void.
        buckets = buckets.filter(each => each.from < from)
        bucket = { from, cells: new Map() }
        buckets.push(bucket)
        epoch++
      }
      for (const [name, value] of Object.entries(values)) {
        if (typeof value !== 'number' || !Number.isFinite(value)) continue
        join(bucket.cells, name, { sum: value, count: 1, least: value, greatest: value })
      }
      while (buckets.length > most) halve()
    },
    clear() {
      width = 1
      buckets = []
      changes++
      epoch++
    },
    mark: () => ({ width, bucket: buckets.length, changes, epoch }),
    since(mark) {
      if (mark?.changes === changes) return undefined
      const first = mark === undefined || mark.epoch !== epoch ? 0 : Math.max(0, mark.bucket - 1)
      return send(buckets, first, width)
    },
  }
}

function join(cells: Map<string, Cell>, name: string, { sum, count, least, greatest }: Cell): void {
  const cell = cells.get(name)
  if (!cell) {
    cells.set(name, { sum, count, least, greatest })
    return
  }
  cell.sum += sum
  cell.count += count
  cell.least = Math.min(cell.least, least)
  cell.greatest = Math.max(cell.greatest, greatest)
}

function send(all: readonly Bucket[], first: number, width: number): Curves {
  const buckets = all.slice(first)
  const names = [...new Set(all.flatMap(({ cells }) => [...cells.keys()]))]
  const column = (name: string, of: (cell: Cell) => number) =>
    buckets.map(({ cells }) => {
      const cell = cells.get(name)
      return cell === undefined ? null : short(of(cell))
    })
  const columns = (names: readonly string[], of: (cell: Cell) => number) =>
    Object.fromEntries(names.map(name => [name, column(name, of)]))
  const jumps = width > 1 ? names.filter(name => jumping.has(name)) : []
  return {
    first,
    width,
    step: buckets.map(({ from }) => from),
    mean: columns(names, ({ sum, count }) => sum / count),
    least: columns(jumps, ({ least }) => least),
    greatest: columns(jumps, ({ greatest }) => greatest),
  }
}

/** Seven digits: more than any picture shows, half of what doubles take as text. */
function short(value: number): number {
  return Number(value.toPrecision(7))
}
