import type { PositionKind, Positions } from '../../../inspect/results.ts'
import { digits } from '../../../show/format.ts'
import { figure } from '../../chart/figure.ts'
import { heat } from '../../chart/heat.ts'
import { html, type Markup } from '../../markup.ts'

const kinds: Readonly<Record<PositionKind, string>> = {
  learned: 'Each position has a row of numbers of its own, learned like those of tokens.',
  sinusoidal: 'Each position is a row of sines and cosines, fixed.',
  rotary: 'Queries and keys are turned by an angle that grows with the position: only distance counts.',
  none: 'This model is not told of positions.',
}

/** How alike two positions are to the model. */
export function positionsPart(of: Positions): Markup {
  const { kind, positions, everyPosition, similarity, distances, byDistance } = of
  const last = (positions - 1) * everyPosition
  return html`<h3>Where a token stands</h3>
<p class="note">${kinds[kind]}</p>
<div class="row"><figure><figcaption>How alike positions 0 to ${last} are: rows and columns</figcaption>${heat({
    id: 'positions',
    title: 'Similarity of positions',
    description: `Cosine of positions 0 to ${last}, each with each.`,
    values: similarity,
    rows: positions,
    columns: positions,
    most: 1,
    width: 240,
    height: 240,
  })}</figure></div>
${figure({
  id: 'distance',
  title: 'Mean similarity of two positions, by how far apart they are',
  description: `From ${digits(byDistance[0] ?? Number.NaN)} at no distance to ${digits(byDistance[byDistance.length - 1] ?? Number.NaN)} at the greatest.`,
  lines: [
    {
      className: 'training',
      points: Array.from(distances, (x, i) => ({ x, y: byDistance[i]! })),
    },
  ],
  height: 180,
  xUnit: 'apart',
  endValues: false,
  format: digits,
})}`
}
