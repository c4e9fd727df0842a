import { type Point, pathOf, smooth, tenths, thin } from '../../show/series.ts'
import { html, type Markup } from '../markup.ts'
import { spread } from './labels.ts'
import { extent, linear, ticks } from './scale.ts'

export interface Line {
  /** Class of its strokes: its colour. */
  readonly className: string
  /** Stands at the line's end, with its last value; without it the line has no label. */
  readonly label?: string
  readonly points: readonly Point[]
  /** Draws the points faintly and the mean of those around each strongly. Default false. */
  readonly noisy?: boolean
  /** Draws the mean of the points around each alone. Default false. */
  readonly smoothed?: boolean
  /** Draws a dot at each point. Default false. */
  readonly dots?: boolean
}

/** A value that the lines are measured against. */
export interface Reference {
  readonly label: string
  readonly y: number
}

export interface ChartOptions {
  /** Unique in the document. */
  readonly id: string
  /** Read out in place of the picture: what it is, and what it shows. */
  readonly title: string
  readonly description: string
  readonly lines: readonly Line[]
  readonly references?: readonly Reference[]
  readonly width: number
  readonly height: number
  /** Writes the last value beside each line's label. Default true. */
  readonly endValues?: boolean
  /** How a value is written, at the axis and at the lines' ends. */
  readonly format: (value: number) => string
  /** What stands behind the last number of the axis below: `s`. Default: steps. */
  readonly xUnit?: string
  /** Whether the axis starts at zero. Default false. */
  readonly fromZero?: boolean
}

/**
 * One chart as SVG: few round values at the axes, no grid, each line named where it ends. Sizes are pixels of text 13 high.
 * Undefined where there is nothing to draw.
 */
export function chart(options: ChartOptions): Markup | undefined {
  const { id, title, description, lines, references = [], width, height, format, endValues = true } = options
  const xs = extent(lines.flatMap(line => line.points.map(point => point.x)))
  const ys = extent([...lines.flatMap(line => line.points.map(point => point.y)), ...references.map(({ y }) => y)])
  if (!xs || !ys) return undefined
  const [low, high] = options.fromZero ? [Math.min(0, ys[0]), ys[1]] : ys
  // A line that never moves lies in the middle.
  const pad = high > low ? (high - low) * 0.04 : Math.abs(high) || 1
  const bottom = options.fromZero && low === 0 ? 0 : low - pad
  const named = (label: string, value: number) => (endValues ? `${label} ${format(value)}` : label)
  const texts = [
    ...references.map(({ label, y }) => ({ value: y, className: 'reference', text: named(label, y) })),
    ...lines.flatMap(line => {
      const last = ended(line)
      if (last === undefined || line.label === undefined) return []
      return [{ value: last.y, className: line.className, text: named(line.label, last.y) }]
    }),
  ]
  // Nobody can measure text here: 7 pixels are enough for most letters of most fonts at this size. However long it is, the lines
  // have half of the picture.
  const margin = Math.min(width / 2, 8 + 7 * Math.max(0, ...texts.map(({ text }) => text.length)))
  const left = 44
  const plot = { left, right: width - margin, top: 10, bottom: height - 26 }
  const x = linear(xs, [plot.left + 6, plot.right - 4])
  const y = linear([bottom, high + pad], [plot.bottom, plot.top])
  const xTicks = ticks(xs[0], xs[1], width < 480 ? 3 : 6).filter(Number.isInteger)
  const yTicks = ticks(bottom, high + pad, height < 200 ? 3 : 5)
  const labels = spread(
    texts.map(label => ({ ...label, y: y(label.value) })),
    16,
    plot.top,
    plot.bottom,
  )
  return html`<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
<g class="axis">${yTicks.map(
    value =>
      html`<path d="M${plot.left - 4} ${tenths(y(value))}H${plot.left}"/><text class="y" x="${plot.left - 8}" y="${tenths(y(value) + 4)}">${tidy(value, format)}</text>`,
  )}${xTicks.map(
    (value, i) =>
      html`<path d="M${tenths(x(value))} ${plot.bottom}v4"/><text class="x" x="${tenths(x(value))}" y="${plot.bottom + 18}">${value.toLocaleString('en-US')}${i === xTicks.length - 1 && ` ${options.xUnit ?? (value === 1 ? 'step' : 'steps')}`}</text>`,
  )}<path d="M${plot.left} ${plot.top}V${plot.bottom}H${tenths(plot.right)}"/></g>
${references.map(({ y: value }) => html`<path class="reference" d="M${plot.left} ${tenths(y(value))}H${tenths(plot.right)}"/>`)}
${lines.map(line => drawn(line, x, y, plot.right - plot.left))}
${labels.map(({ y, className, text }) => html`<text class="label ${className}" x="${plot.right + 6}" y="${tenths(y + 4)}">${text}</text>`)}
</svg>`
}

function ended(line: Line): Point | undefined {
  return (line.noisy || line.smoothed ? smooth(line.points, line.points.length) : line.points).findLast(({ y }) =>
    Number.isFinite(y),
  )
}

function drawn(line: Line, x: (value: number) => number, y: (value: number) => number, width: number): Markup {
  const { className, points, noisy, smoothed, dots } = line
  const strong = noisy || smoothed ? smooth(points, width / 2) : thin(points, width * 2)
  const faint = noisy ? thin(points, width * 2) : []
  // A path of one point is not seen.
  const marked = (dots && strong.length <= 50) || strong.length === 1 ? strong : []
  return html`<g class="line ${className}">${faint.length > 1 && html`<path class="faint" d="${pathOf(faint, x, y)}"/>`}${strong.length > 1 && html`<path d="${pathOf(strong, x, y)}"/>`}${marked.map(
    point => html`<circle cx="${tenths(x(point.x))}" cy="${tenths(y(point.y))}" r="3"/>`,
  )}</g>`
}

/** Ticks are round: `6` and `15 k` rather than `6.00` and `15.0 k`. */
function tidy(value: number, format: (value: number) => string): string {
  return format(value).replace(/(\.\d*?)0+(?!\d)/, (_, kept: string) => (kept === '.' ? '' : kept))
}
