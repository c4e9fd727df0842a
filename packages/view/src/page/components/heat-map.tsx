import type { Numbers } from '@sluice/recipe/inspect'
import { useEffect, useRef, useState } from 'preact/hooks'
import { colour, useColours } from './theme.ts'

export interface HeatMapProps {
  /** Read out in place of the picture. */
  readonly title: string
  /** [rows, columns] */
  readonly values: Numbers
  readonly rows: number
  readonly columns: number
  /** `one`: from `from` to `to`; `two`: two colours about 0. Default: `one`. */
  readonly scale?: 'one' | 'two'
  /** Default: the values' own least (`one`), or minus the greatest size (`two`). */
  readonly from?: number
  readonly to?: number
  /** What stands at a place, in words. */
  readonly describe: (row: number, column: number, value: number) => string
  /** A place was chosen, or pointed at. */
  readonly onPlace?: (place: { row: number; column: number } | undefined) => void
  /** Width over height of a cell. Default: 1. */
  readonly aspect?: number
  /** A picture among others: without words below. Default: false. */
  readonly small?: boolean
}

/** Numbers as colours, on a canvas; pointing at a place, or the arrow keys, tell its value. */
export function HeatMap(props: HeatMapProps) {
  const { title, values, rows, columns, describe, onPlace, aspect = 1, small = false } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const [place, setPlace] = useState<{ row: number; column: number }>()
  const colours = useColours()
  useEffect(() => draw(canvas.current!, props), [values, rows, columns, props.scale, props.from, props.to, colours])
  useEffect(
    () => canvas.current!.style.setProperty('aspect-ratio', `${columns * aspect} / ${rows}`),
    [rows, columns, aspect],
  )

  const point = (next: { row: number; column: number } | undefined) => {
    setPlace(next)
    onPlace?.(next)
  }
  const under = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns)
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows)
    if (row >= 0 && row < rows && column >= 0 && column < columns) point({ row, column })
  }
  const move = (event: KeyboardEvent) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!by) return
    event.preventDefault()
    const { row, column } = place ?? { row: 0, column: 0 }
    point({
      row: Math.max(0, Math.min(rows - 1, row + by[0]!)),
      column: Math.max(0, Math.min(columns - 1, column + by[1]!)),
    })
  }
  const told = place && describe(place.row, place.column, values[place.row * columns + place.column] ?? Number.NaN)
  return (
    <div class={`heat ${small ? 'small' : ''}`}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={told ? `${title}: ${told}` : title}
        tabIndex={small ? undefined : 0}
        onPointerMove={under}
        onPointerDown={under}
        onPointerLeave={() => point(undefined)}
        onKeyDown={move}
      />
      {!small && <output>{told ?? 'Point at a place, or use the arrow keys.'}</output>}
    </div>
  )
}

function draw(canvas: HTMLCanvasElement, { values, rows, columns, scale = 'one', from, to }: HeatMapProps): void {
  if (rows === 0 || columns === 0) return
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext('2d')!
  const image = context.createImageData(columns, rows)
  const [low, high] = limits(values, scale, from, to)
  const ramp = rampOf(scale)
  for (let i = 0; i < rows * columns; i++) {
    const value = values[i]
    const share = value === undefined || value === null || !(high > low) ? 0 : (value - low) / (high - low)
    const at = Math.max(0, Math.min(255, Math.round((Number.isFinite(share) ? share : 0) * 255))) * 3
    image.data[4 * i] = ramp[at]!
    image.data[4 * i + 1] = ramp[at + 1]!
    image.data[4 * i + 2] = ramp[at + 2]!
    image.data[4 * i + 3] = 255
  }
  context.putImageData(image, 0, 0)
}

function limits(values: Numbers, scale: 'one' | 'two', from?: number, to?: number): [number, number] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const size = Math.max(Math.abs(least), Math.abs(most))
  return scale === 'two' ? [from ?? -(to ?? size), to ?? size] : [from ?? least, to ?? most]
}

/** 256 colours, as the style sheet has their ends: the browser mixes them, so that equal steps look equal (OKLab). */
export function rampOf(scale: 'one' | 'two'): Uint8ClampedArray {
  const names =
    scale === 'two' ? ['--heat-minus', '--heat-none', '--heat-plus'] : ['--heat-none', '--heat-some', '--heat-most']
  const stops = names.map(name => oklab(colour(name)))
  const ramp = new Uint8ClampedArray(256 * 3)
  for (let i = 0; i < 256; i++) {
    const share = (i / 255) * 2
    const [a, b] = share <= 1 ? [stops[0]!, stops[1]!] : [stops[1]!, stops[2]!]
    const t = share <= 1 ? share : share - 1
    ramp.set(rgb([0, 1, 2].map(k => a[k]! + (b[k]! - a[k]!) * t)), 3 * i)
  }
  return ramp
}

/** #rrggbb to OKLab. Source: B. Ottosson, A perceptual color space for image processing, 2020. */
function oklab(hex: string): number[] {
  const [r, g, b] = [1, 3, 5].map(i => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function rgb([L, a, b]: number[]): number[] {
  const l = (L! + 0.3963377774 * a! + 0.2158037573 * b!) ** 3
  const m = (L! - 0.1055613458 * a! - 0.0638541728 * b!) ** 3
  const s = (L! - 0.0894841775 * a! - 1.291485548 * b!) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  return linear.map(
    value => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * Math.max(0, value) ** (1 / 2.4) - 0.055),
  )
}
