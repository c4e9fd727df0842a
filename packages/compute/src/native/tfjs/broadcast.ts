import { tf } from '../../tf.ts'

/** How the addon walks over two operands: as rows and columns, with strides of 0 where an operand is repeated. */
export interface Walk {
  rows: number
  columns: number
  rowA: number
  columnA: number
  rowB: number
  columnB: number
}

/**
 * The walk for operands of these shapes and their broadcast shape, if each is, seen from the result, a whole, a repeated
 * trailing part (a row), a leading part whose values are repeated (a column) or a single value.
 */
export function walkOf(shapeA: readonly number[], shapeB: readonly number[], out: readonly number[]): Walk | undefined {
  const a = cut(shapeA, out)
  const b = cut(shapeB, out)
  const size = tf.util.sizeFromShape([...out])
  if (!a || !b) return undefined
  // Both must be cut at the same place, if both are cut.
  const at = a.at ?? b.at ?? 0
  if ((a.at ?? at) !== at || (b.at ?? at) !== at) return undefined
  const rows = tf.util.sizeFromShape(out.slice(0, at))
  const columns = size / rows
  const [rowA, columnA] = strides(a.kind, columns)
  const [rowB, columnB] = strides(b.kind, columns)
  return { rows, columns, rowA, columnA, rowB, columnB }
}

type Kind = 'whole' | 'row' | 'column' | 'single'

function strides(kind: Kind, columns: number): [number, number] {
  if (kind === 'whole') return [columns, 1]
  if (kind === 'row') return [0, 1]
  return kind === 'column' ? [1, 0] : [0, 0]
}

/** What an operand is, and after how many of the result's dimensions it is cut into rows. */
function cut(shape: readonly number[], out: readonly number[]): { kind: Kind; at?: number } | undefined {
  const padded = [...Array(out.length - shape.length).fill(1), ...shape] as number[]
  const same = padded.map((extent, i) => extent === out[i])
  if (same.every(Boolean)) return { kind: 'whole' }
  if (padded.every(extent => extent === 1)) return { kind: 'single' }
  const leading = padded.findIndex(extent => extent !== 1)
  if (same.slice(leading).every(Boolean)) return { kind: 'row', at: leading }
  const trailing = padded.findLastIndex(extent => extent !== 1) + 1
  if (same.slice(0, trailing).every(Boolean)) return { kind: 'column', at: trailing }
  return undefined
}
