import type { ReportData } from '../../data.ts'
import { html, type Markup } from '../../markup.ts'
import { attentionPart } from './attention.ts'
import { blamePart } from './blame.ts'
import { lensPart } from './lens.ts'
import { mapPart } from './map.ts'
import { positionsPart } from './positions.ts'
import { tokensPart } from './tokens.ts'
import { ablationPart, weightsPart } from './weights.ts'

/** Still pictures of what the page of `pipeline view` shows: what training made of the numbers. */
export function insideSection({ inside, name }: ReportData): Markup | undefined {
  if (!inside) return undefined
  const { tokens, map, positions, attention, heads, lens, weights, ablation, blame, leftOut } = inside
  return html`<section class="inside"><h2>A look inside</h2>
<p>What training made of the numbers, at the end of the run. Ask more of it with <code>pipeline view runs/${name}</code>.</p>
${tokens && tokensPart(tokens)}
${map && mapPart(map)}
${positions && positionsPart(positions)}
${attention && attentionPart({ attention, heads })}
${lens && lensPart(lens)}
${weights && weightsPart(weights)}
${ablation && ablationPart(ablation)}
${blame && blamePart(blame)}
${
  leftOut.length > 0 &&
  html`<h3>What is not shown</h3>
<ul>${leftOut.map(why => html`<li>${why}</li>`)}</ul>`
}</section>`
}
