import type { Inside } from '../../../inside/inside.ts'
import { wordsOf } from '../../../inside/words.ts'
import type { Neighbors } from '../../../inspect/results.ts'
import { digits, percent, whole } from '../../../show/format.ts'
import { reachOf } from '../../../show/reach.ts'
import { visible } from '../../../show/visible.ts'
import { scatter } from '../../chart/scatter.ts'
import { html, type Markup } from '../../markup.ts'

/** Names in a picture. */
const mostNamed = 14

/** The vocabulary on one plane, at the random beginning and at the end. */
export function mapPart({ first, last, moved }: NonNullable<Inside['map']>): Markup {
  const words = new Set(
    wordsOf(last.tokens)
      .slice(0, mostNamed)
      .map(({ id }) => id),
  )
  const named = last.tokens.flatMap(({ id, text }, index) =>
    words.has(id) ? [{ index, label: visible(text.trim()) }] : [],
  )
  const reach = reachOf(last.points, 0.93)
  const picture = (of: NonNullable<typeof first>, id: string) =>
    html`<figure><figcaption>step ${whole(of.step)}</figcaption>${scatter({
      id,
      title: `Map of the vocabulary at step ${whole(of.step)}`,
      description: `${whole(of.tokens.length)} of ${whole(of.rows)} tokens on the plane of step ${whole(last.step)}.`,
      points: of.points,
      reach,
      named: of === first ? [] : named,
      size: 350,
    })}</figure>`
  const shown = (last.explained[0] ?? 0) + (last.explained[1] ?? 0)
  return html`<h3>A map of the vocabulary</h3>
<p class="note">Each token is a row of numbers, random at first; training moves those that are used alike towards each other. Both pictures are on
the plane in which the vectors of step ${whole(last.step)} differ most, which shows
${percent(shown)} of how they differ; a few that lie far out stand at the edge.</p>
<div class="row">${first && last.dimensions === 2 && picture(first, 'map-first')}${last.dimensions === 2 && picture(last, 'map-last')}</div>
${
  moved.length > 0 &&
  html`<div class="scroll"><table class="texts"><caption>Nearest by the angle between vectors, with its cosine</caption>
<thead><tr><th scope="col">token</th>${first && html`<th scope="col">at step 0</th>`}<th scope="col">at step ${whole(last.step)}</th></tr></thead>
<tbody>${moved.map(
    ({ first: then, last: now }) =>
      html`<tr><th scope="row"><bdi>${visible(now.token.text)}</bdi></th>${first && html`<td>${then && nearest(then)}</td>`}<td>${nearest(now)}</td></tr>\n`,
  )}</tbody></table></div>`
}`
}

function nearest({ neighbors }: Neighbors): Markup {
  return html`${neighbors.map(({ text, similarity }, i) => html`${i > 0 && ', '}<bdi>${visible(text)}</bdi> ${digits(similarity)}`)}`
}
