import type { Lens } from '../../../inspect/results.ts'
import { percent } from '../../../show/format.ts'
import { visible } from '../../../show/visible.ts'
import { shadeOf } from '../../chart/heat.ts'
import { html, type Markup } from '../../markup.ts'

/** The likeliest token at each place, after each layer. */
export function lensPart({ tokens, targets, rows }: Lens): Markup {
  const named = (i: number) =>
    i === 0 ? 'embedding' : i === rows.length - 1 ? `${rows[i]!.layer}, its answer` : `${rows[i]!.layer}`
  return html`<h3>How a prediction grows</h3>
<p class="note">Each column is a token of the text, each row what the model would answer there if it ended after that layer: the embedding at the bottom,
its answer at the top. The darker, the surer; underlined is what really comes.</p>
<div class="scroll"><table class="lens"><caption class="hidden">The likeliest token after each layer</caption>
<thead><tr><th scope="col">layer</th>${tokens.map(({ text }) => html`<th scope="col"><bdi>${visible(text) || '∅'}</bdi></th>`)}</tr></thead>
<tbody>${[...rows.keys()].reverse().map(
    i =>
      html`<tr><th scope="row">${named(i)}</th>${rows[i]!.cells.map(({ top }, place) => {
        const [best] = top
        const right = best !== undefined && best.id === targets[place]?.id
        return html`<td class="${shadeOf(best?.probability ?? 0)}" title="${percent(best?.probability ?? Number.NaN)}"><bdi${right && html` class="right"`}>${visible(best?.text ?? '') || '∅'}</bdi></td>`
      })}</tr>\n`,
  )}</tbody></table></div>`
}
