import type { Curves } from '../../protocol.ts'

type Column = readonly (number | null)[]

/** What a page keeps of a run's curves: `Curves`, whole. */
export interface KnownCurves {
  readonly width: number
  readonly step: readonly number[]
  readonly mean: Readonly<Record<string, Column>>
  readonly least: Readonly<Record<string, Column>>
  readonly greatest: Readonly<Record<string, Column>>
}

export const noCurves: KnownCurves = { width: 1, step: [], mean: {}, least: {}, greatest: {} }

/** Puts what came into what is known: it replaces all from its first bucket on. */
export function extend(known: KnownCurves, came: Curves): KnownCurves {
  const kept = came.first
  const columns = (old: Readonly<Record<string, Column>>, next: Readonly<Record<string, Column>>) =>
    Object.fromEntries(Object.entries(next).map(([name, column]) => [name, [...start(old[name], kept), ...column]]))
  return {
    width: came.width,
    step: [...known.step.slice(0, kept), ...came.step],
    mean: columns(known.mean, came.mean),
    least: columns(known.least, came.least),
    greatest: columns(known.greatest, came.greatest),
  }
}

/** A metric that has only now begun has nothing before. */
function start(column: Column | undefined, length: number): Column {
  return column ? column.slice(0, length) : new Array<null>(length).fill(null)
}
