import { digits, percent, whole } from '../../show/format.ts'
import { groupTitle } from '../changes.ts'
import { figure } from '../chart/figure.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'
import { bar } from './stages.ts'

/** The end of every report: which numbers training changed, and how far. */
export function changesSection(data: ReportData): Markup {
  const { changes } = data
  const most = Math.max(0, ...changes.map(({ relative = 0 }) => relative))
  const rows = changes.map(({ group, parameters, gradNorm, distance, relative }) => [
    groupTitle(group),
    whole(parameters),
    gradNorm === undefined ? '–' : digits(gradNorm),
    digits(distance),
    relative === undefined ? '–' : html`${percent(relative)} ${bar(most > 0 ? relative / most : 0)}`,
  ])
  const total = changes.reduce((sum, { parameters }) => sum + parameters, 0)
  return html`<section><h2>What training changed</h2>
${
  changes.length === 0
    ? html`<p>Nothing is known about the weights at the start.</p>`
    : html`<p>Training changed ${whole(total)} numbers. <i>Distance</i> is how far a group of weights is from where it started
(L2 norm of the difference), beside it as a share of the norm it had there.</p>
${table({
  caption: 'Groups of weights, before and after training',
  hideCaption: true,
  head: ['', 'parameters', 'gradient norm, last step', 'distance from start', 'of the norm there'],
  rows,
})}`
}
${gradients(data)}</section>`
}

function gradients({ metrics }: ReportData): Markup | undefined {
  const prefix = 'grad_norm.'
  const names = new Set(metrics.flatMap(point => Object.keys(point).filter(name => name.startsWith(prefix))))
  if (names.size === 0 || metrics.length < 2) return undefined
  return figure({
    id: 'gradients',
    title: 'Gradient norm by group',
    description: 'How strongly each step pulled at each group of weights.',
    lines: [...names].map((name, i) => ({
      className: `group-${i % 5}`,
      label: groupTitle(name.slice(prefix.length)),
      points: metrics.flatMap(point => (point[name] === undefined ? [] : [{ x: point.step, y: point[name] }])),
      smoothed: true,
    })),
    height: 260,
    fromZero: true,
    endValues: false,
    format: digits,
  })
}
