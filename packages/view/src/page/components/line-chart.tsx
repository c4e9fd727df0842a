import { whole } from '@sluice/recipe/show'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { colour, useColours } from './theme.ts'

export interface Line {
  readonly label: string
  /** Name of a colour of the style sheet: `--training`. */
  readonly colour: string
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  /** Draws dots, for points that are few. Default: false. */
  readonly dots?: boolean
  /** Thinner and fainter, as a backdrop. Default: false. */
  readonly faint?: boolean
  readonly dashed?: boolean
  /** Not named under the chart. Default: false. */
  readonly unnamed?: boolean
}

/** A value that the lines are measured against. */
export interface Reference {
  readonly label: string
  readonly y: number
}

export interface LineChartProps {
  /** Read out in place of the picture, and what it shows. */
  readonly title: string
  readonly description?: string
  readonly lines: readonly Line[]
  readonly references?: readonly Reference[]
  readonly height?: number
  readonly format: (value: number) => string
  /** How a place on the x axis is written. Default: whole numbers. */
  readonly formatX?: (value: number) => string
  readonly xLabel?: string
  readonly fromZero?: boolean
  /** Charts of the same key share their cursor. */
  readonly sync?: string
  readonly log?: boolean
}

/** Lines over steps, drawn by uPlot; the values at the cursor stand below. Arrow keys move the cursor. */
export function LineChart(props: LineChartProps) {
  const { title, description, lines, references = [], height = 220, format, formatX = whole, xLabel = 'step' } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const colours = useColours()
  const [place, setPlace] = useState<number | null>(null)
  const id = useId()
  const data = useMemo(() => joined(lines), [lines])
  const shape = JSON.stringify([
    lines.map(({ label, colour, dots, faint, dashed }) => [label, colour, dots, faint, dashed]),
    height,
    props.fromZero,
    props.log,
    references,
    colours,
  ])

  useEffect(() => {
    const element = host.current!
    const drawn = new uPlot(options(props, element.clientWidth || 300, setPlace), data, element)
    plot.current = drawn
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) drawn.setSize({ width: element.clientWidth, height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      drawn.destroy()
      plot.current = null
    }
  }, [shape])
  useEffect(() => plot.current?.setData(data), [data])

  const last = data[0].length - 1
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -last, End: last }[event.key]
    const drawn = plot.current
    if (by === undefined || !drawn || last < 0) return
    event.preventDefault()
    const next = Math.max(0, Math.min(last, (place ?? last) + by))
    drawn.setCursor({ left: drawn.valToPos(data[0][next]!, 'x'), top: 0 })
  }
  const at = place ?? last
  return (
    <figure class="chart">
      <figcaption id={id}>{title}</figcaption>
      <div
        ref={host}
        class="plot"
        role="img"
        tabIndex={0}
        aria-labelledby={id}
        aria-description={description}
        onKeyDown={move}
      />
      <div class="legend" role="group" aria-label={`${title}: values`}>
        {last >= 0 && (
          <span class="where">
            {xLabel} {formatX(data[0][at] ?? 0)}
          </span>
        )}
        {lines.map(
          (line, i) =>
            !line.unnamed && (
              <span key={line.label} class={line.faint ? 'faint' : ''}>
                <Swatch colour={line.colour} dashed={line.dashed} />
                {line.label} <b>{value(data[i + 1] as Column, at, format)}</b>
              </span>
            ),
        )}
      </div>
    </figure>
  )
}

/** A line's colour beside its name. */
export function Swatch({ colour: name, dashed = false }: { colour: string; dashed?: boolean | undefined }) {
  const ref = useRef<HTMLElement>(null)
  useEffect(() => ref.current?.style.setProperty('--swatch', `var(${name})`), [name])
  return <i ref={ref} class={`swatch ${dashed ? 'dashed' : ''}`} aria-hidden="true" />
}

type Column = (number | null | undefined)[]

/** The nearest value at or before a place: evaluations are at few steps. */
function value(column: Column | undefined, at: number, format: (value: number) => string): string {
  for (let i = at; i >= 0; i--) {
    const found = column?.[i]
    if (typeof found === 'number') return format(found)
  }
  return '–'
}

function joined(lines: readonly Line[]): uPlot.AlignedData {
  const tables = lines.map(({ x, y }) => [[...x], [...y]] as uPlot.AlignedData)
  if (tables.length === 0) return [[]]
  return tables.length === 1
    ? tables[0]!
    : uPlot.join(
        tables,
        tables.map(table => table.map(() => 1)),
      )
}

function options(props: LineChartProps, width: number, moved: (place: number | null) => void): uPlot.Options {
  const { lines, references = [], height = 220, format, formatX = whole, fromZero = false, sync, log = false } = props
  const ink = colour('--soft')
  const rule = colour('--rule')
  const font = `12px ${colour('--sans')}`
  const axis = { stroke: ink, font, ticks: { stroke: rule, width: 1, size: 4 }, grid: { stroke: rule, width: 0.5 } }
  return {
    width,
    height,
    legend: { show: false },
    cursor: {
      points: { size: 6 },
      drag: { x: true, y: false },
      ...(sync ? { sync: { key: sync, setSeries: false } } : {}),
    },
    scales: {
      x: { time: false },
      y: { distr: log ? 3 : 1, range: (_, low, high) => range(low, high, references, fromZero, log) },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(tick => (Number.isInteger(tick) ? formatX(tick) : '')), size: 32 },
      { ...axis, values: (_, ticks) => ticks.map(tick => (tick === null ? '' : tidy(format(tick)))), size: 52 },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name, dots = false, faint = false, dashed = false }) => ({
        label,
        stroke: faint ? `color-mix(in oklab, ${colour(name)} 32%, transparent)` : colour(name),
        width: faint ? 1 : 2,
        spanGaps: true,
        points: { show: dots, size: 6, fill: colour(name) },
        ...(dashed ? { dash: [6, 4] } : {}),
      })),
    ],
    hooks: {
      setCursor: [({ cursor: { idx } }) => moved(idx ?? null)],
      draw: [chart => drawReferences(chart, references, ink, font)],
    },
  }
}

function range(
  low: number | null,
  high: number | null,
  references: readonly Reference[],
  fromZero: boolean,
  log: boolean,
): [number, number] {
  const values = [low, high, ...references.map(({ y }) => y)].filter(value => value !== null && Number.isFinite(value))
  if (values.length === 0) return log ? [1, 10] : [0, 1]
  const [least, most] = [Math.min(...(values as number[])), Math.max(...(values as number[]))]
  if (log) return [Math.max(1e-12, least / 1.2), most * 1.2]
  const pad = most > least ? (most - least) * 0.05 : Math.abs(most) * 0.1 || 1
  return [fromZero && least >= 0 ? 0 : least - pad, most + pad]
}

/** Dashed lines across the picture, each named at its left end. */
function drawReferences(chart: uPlot, references: readonly Reference[], ink: string, font: string): void {
  const { ctx, bbox } = chart
  const scale = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = ink
  ctx.fillStyle = ink
  ctx.font = font.replace('12px', `${12 * scale}px`)
  ctx.lineWidth = scale
  ctx.setLineDash([2 * scale, 4 * scale])
  ctx.textAlign = 'right'
  for (const { label, y } of references) {
    const at = Math.round(chart.valToPos(y, 'y', true))
    ctx.beginPath()
    ctx.moveTo(bbox.left, at)
    ctx.lineTo(bbox.left + bbox.width, at)
    ctx.stroke()
    ctx.fillText(label, bbox.left + bbox.width - 4 * scale, at - 5 * scale)
  }
  ctx.restore()
}

/** Ticks are round: `6` rather than `6.00`. */
function tidy(text: string): string {
  return text.replace(/(\.\d*?)0+(?!\d)/, (_, kept: string) => (kept === '.' ? '' : kept))
}
