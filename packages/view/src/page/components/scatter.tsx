import type { Numbers } from '@sluice/recipe/inspect'
import { useEffect, useRef } from 'preact/hooks'
import { colour, useColours } from './theme.ts'

export interface ScatterProps {
  /** Read out in place of the picture. */
  readonly title: string
  /** [points, 2] */
  readonly points: Numbers
  /** Half the width of what is shown, in units of the points: the same for pictures that are compared. */
  readonly reach: number
  /** Indices that are drawn strongly and named. */
  readonly named: readonly { readonly index: number; readonly label: string; readonly first?: boolean }[]
  /** The point under the pointer, or that was chosen. */
  readonly onPoint?: (index: number | undefined) => void
  readonly onChoose?: (index: number) => void
}

const moving = 350

/** Points on a plane. When they change they move to where they belong, so that the eye can follow. */
export function Scatter({ title, points, reach, named, onPoint, onChoose }: ScatterProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const shown = useRef<Float32Array>(new Float32Array())
  const colours = useColours()
  useEffect(() => {
    const element = canvas.current!
    const to = Float32Array.from(points as ArrayLike<number>)
    const from = shown.current.length === to.length ? shown.current : to
    const begun = performance.now()
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    let frame = 0
    const paint = () => {
      const share = still || from === to ? 1 : Math.min(1, (performance.now() - begun) / moving)
      const eased = share * share * (3 - 2 * share)
      shown.current = from === to ? to : to.map((value, i) => from[i]! + (value - from[i]!) * eased)
      draw(element, shown.current, reach, named)
      if (share < 1) frame = requestAnimationFrame(paint)
    }
    paint()
    const observer = new ResizeObserver(() => draw(element, shown.current, reach, named))
    observer.observe(element)
    return () => {
      cancelAnimationFrame(frame)
      observer.disconnect()
    }
  }, [points, reach, named, colours])

  const nearest = (event: PointerEvent | MouseEvent): number | undefined => {
    const box = canvas.current!.getBoundingClientRect()
    const place = placed(box.width, box.height, reach)
    let best: number | undefined
    let distance = 14 ** 2
    for (let i = 0; i < shown.current.length / 2; i++) {
      const [x, y] = place(shown.current[2 * i]!, shown.current[2 * i + 1]!)
      const d = (x - (event.clientX - box.left)) ** 2 + (y - (event.clientY - box.top)) ** 2
      if (d < distance) {
        distance = d
        best = i
      }
    }
    return best
  }
  return (
    <canvas
      ref={canvas}
      class="scatter"
      role="img"
      aria-label={title}
      onPointerMove={event => onPoint?.(nearest(event))}
      onPointerLeave={() => onPoint?.(undefined)}
      onClick={event => {
        const index = nearest(event)
        if (index !== undefined) onChoose?.(index)
      }}
    />
  )
}

function placed(width: number, height: number, reach: number) {
  const scale = (Math.min(width, height) / 2 - 12) / (reach || 1)
  return (x: number, y: number): [number, number] => [width / 2 + x * scale, height / 2 - y * scale]
}

function draw(element: HTMLCanvasElement, points: Float32Array, reach: number, named: ScatterProps['named']): void {
  const ratio = devicePixelRatio
  const { clientWidth: width, clientHeight: height } = element
  element.width = width * ratio
  element.height = height * ratio
  const context = element.getContext('2d')!
  context.scale(ratio, ratio)
  const place = placed(width, height, reach)
  context.strokeStyle = colour('--rule')
  context.beginPath()
  context.moveTo(width / 2, 0)
  context.lineTo(width / 2, height)
  context.moveTo(0, height / 2)
  context.lineTo(width, height / 2)
  context.stroke()
  context.fillStyle = colour('--training')
  context.globalAlpha = 0.45
  for (let i = 0; i < points.length / 2; i++) {
    const [x, y] = place(points[2 * i]!, points[2 * i + 1]!)
    context.fillRect(x - 1.25, y - 1.25, 2.5, 2.5)
  }
  context.globalAlpha = 1
  context.font = `13px ${colour('--mono')}`
  for (const { index, label, first } of named) {
    const [x, y] = place(points[2 * index]!, points[2 * index + 1]!)
    context.fillStyle = colour(first ? '--heldout' : '--training')
    context.beginPath()
    context.arc(x, y, first ? 5 : 3.5, 0, 2 * Math.PI)
    context.fill()
    context.fillStyle = colour('--ink')
    context.strokeStyle = colour('--card')
    context.lineWidth = 3
    // At the right edge the name stands before its point.
    const length = context.measureText(label).width
    const left = x + 7 + length > width ? Math.max(0, x - 7 - length) : x + 7
    const below = Math.max(12, Math.min(height - 4, y + 4))
    context.strokeText(label, left, below)
    context.fillText(label, left, below)
  }
}
