import { smooth } from '@sluice/recipe/show'
import type { Line } from '../../components/line-chart.tsx'

/** The line through the noise of a curve, at each of its places. */
export function smoothed(x: readonly number[], y: readonly (number | null)[]): Pick<Line, 'x' | 'y'> {
  const points = x.map((step, i) => ({ x: step, y: y[i] ?? Number.NaN }))
  const line = smooth(points, points.length)
  return { x: line.map(point => point.x), y: line.map(point => point.y) }
}
