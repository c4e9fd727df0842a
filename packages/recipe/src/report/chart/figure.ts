import { html, type Markup } from '../markup.ts'
import { type ChartOptions, chart } from './chart.ts'

export type FigureOptions = Omit<ChartOptions, 'width'> & {
  /** The numbers, for whoever cannot see the picture or wants to know exactly. */
  readonly table?: Markup | undefined
}

/**
 * A chart drawn twice, for wide and for narrow screens, of which the style sheet shows one: text that shrinks with its
 * picture cannot be read on a phone.
 */
export function figure({ table, ...options }: FigureOptions): Markup | undefined {
  const { id, height, title } = options
  const wide = chart({ ...options, id: `${id}-wide`, width: 760 })
  const narrow = chart({ ...options, id: `${id}-narrow`, width: 350, height: Math.min(height, 280) })
  if (!wide || !narrow) return undefined
  return html`<figure><figcaption>${title}</figcaption><div class="wide">${wide}</div><div class="narrow">${narrow}</div>
${table && html`<details><summary>Numbers</summary>${table}</details>`}</figure>`
}

/** A small chart, of one size, that stands beside others. */
export function smallFigure(options: Omit<ChartOptions, 'width' | 'height'>): Markup | undefined {
  const drawn = chart({ ...options, width: 240, height: 130 })
  return drawn && html`<figure><figcaption>${options.title}</figcaption>${drawn}</figure>`
}
