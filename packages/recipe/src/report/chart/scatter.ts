import { tenths } from '../../show/series.ts'
import { html, type Markup } from '../markup.ts'

export interface ScatterOptions {
  /** Unique in the document. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** [points, 2] */
  readonly points: ArrayLike<number>
  /** Half the width of what is shown, in units of the points: the same for pictures that are compared. */
  readonly reach: number
  /** Points that are drawn strongly and named; one whose name would lie on another's is drawn and not named. */
  readonly named: readonly { readonly index: number; readonly label: string }[]
  /** Pixels, both ways. */
  readonly size: number
}

/** Points on a plane, as SVG: all of them one path of dots. */
export function scatter({ id, title, description, points, reach, named, size }: ScatterOptions): Markup {
  const scale = (size / 2 - 10) / (reach || 1)
  const place = (index: number) => {
    const [x, y] = [size / 2 + points[2 * index]! * scale, size / 2 - points[2 * index + 1]! * scale]
    // What lies beyond the picture stands at its edge.
    return [Math.max(2, Math.min(size - 2, x)), Math.max(2, Math.min(size - 2, y))] as const
  }
  const dots: string[] = []
  for (let i = 0; i < points.length / 2; i++) {
    const [x, y] = place(i)
    if (Number.isFinite(x) && Number.isFinite(y)) dots.push(`M${tenths(x)} ${tenths(y)}h0`)
  }
  const strong = named.map(({ index, label }) => ({ label, place: place(index) }))
  const taken: Box[] = []
  const names = strong.flatMap(({ label, place: [x, y] }) => {
    // Nobody can measure text here: 7 pixels are enough for most letters of most fonts at this size.
    const length = 7 * label.length
    const left = x + 6 + length > size
    const box = { from: left ? x - 6 - length : x + 6, to: left ? x - 6 : x + 6 + length, y }
    if (box.from < 0 || taken.some(other => overlap(box, other))) return []
    taken.push(box)
    return [
      html`<text class="${left ? 'y' : ''}" x="${tenths(x + (left ? -6 : 6))}" y="${tenths(Math.max(12, y + 4))}">${label}</text>`,
    ]
  })
  return html`<svg role="img" class="scatter" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
<rect class="frame" width="${size}" height="${size}"/><path class="dots" d="${dots.join('')}"/>${strong.map(({ place: [x, y] }) => html`<circle cx="${tenths(x)}" cy="${tenths(y)}" r="3"/>`)}${names}</svg>`
}

interface Box {
  readonly from: number
  readonly to: number
  readonly y: number
}

function overlap(a: Box, b: Box): boolean {
  return a.from < b.to && b.from < a.to && Math.abs(a.y - b.y) < 14
}
