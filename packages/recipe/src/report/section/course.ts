import { digits, short } from '../../show/format.ts'
import { smallFigure } from '../chart/figure.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'

/** What else moved from step to step, as small pictures of one size. */
export function courseSection({ metrics }: ReportData): Markup | undefined {
  const of = (name: string) =>
    metrics.flatMap(point => (point[name] === undefined ? [] : [{ x: point.step, y: point[name] }]))
  const drawn = [
    smallFigure({
      id: 'lr',
      title: 'Learning rate',
      description: 'Learning rate of each step.',
      lines: [{ className: 'training', points: of('lr') }],
      fromZero: true,
      format: digits,
    }),
    smallFigure({
      id: 'grad-norm',
      title: 'Gradient norm, before clipping',
      description: 'L2 norm of the whole gradient of each step.',
      lines: [{ className: 'training', points: of('grad_norm'), noisy: true }],
      fromZero: true,
      format: digits,
    }),
    smallFigure({
      id: 'rate',
      title: 'Tokens per second',
      description: 'Tokens trained on per second, of each step.',
      lines: [{ className: 'training', points: of('tokens_per_second'), noisy: true }],
      fromZero: true,
      format: short,
    }),
  ].filter(figure => figure !== undefined)
  return drawn.length === 0 ? undefined : html`<section class="row">${drawn}</section>`
}
