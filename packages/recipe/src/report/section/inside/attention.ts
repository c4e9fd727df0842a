import type { Attention, Heads } from '../../../inspect/results.ts'
import { percent, whole } from '../../../show/format.ts'
import { visible } from '../../../show/visible.ts'
import { heat } from '../../chart/heat.ts'
import { html, type Markup } from '../../markup.ts'

/** Layers, and heads of each, that are drawn: those of larger models are the page's. */
const most = { layers: 8, heads: 8 }

/** Every head as a small picture, and what it does most. */
export function attentionPart({ attention, heads }: { attention: Attention; heads: Heads | undefined }): Markup {
  const { tokens, maps, causal, layers } = attention
  const size = tokens.length
  const shown = maps.filter(({ layer, head }) => head < most.heads && drawn(layer, layers))
  const labelOf = (layer: number, head: number) => {
    const found = heads?.heads.find(each => each.layer === layer && each.head === head)
    if (!found) return ''
    return found.label
      ? `${found.label} ${percent(found.score ?? 0)} (${percent(found.chance ?? 0)})`
      : 'nothing stands out'
  }
  const rows = [...new Set(shown.map(({ layer }) => layer))]
  return html`<h3>What heads look at</h3>
<p class="note">Each row of a picture is a token and says how it divides its attention over the text above${causal && ' and what is before it'}.${
    heads &&
    html` Below each head what it does most over ${whole(heads.tokens)} tokens of held-out text: the share of attention that goes there, and in
brackets that of a head which looks at all alike.`
  }${shown.length < maps.length && ` ${whole(shown.length)} of ${whole(maps.length)} heads; the page of pipeline view shows all.`}</p>
${rows.map(
  layer =>
    html`<div class="heads"><p class="note">Layer ${layer}</p>${shown
      .filter(map => map.layer === layer)
      .map(({ head, weights }) => {
        const label = labelOf(layer, head)
        const title = `Layer ${layer}, head ${head}${label === '' ? '' : `: ${label}`}`
        const options = { values: weights, rows: size, columns: size, most: 1, width: 96, height: 96 }
        return html`<figure>${heat({ id: `head-${layer}-${head}`, title, ...options })}<figcaption>${label || `head ${head}`}</figcaption></figure>`
      })}</div>\n`,
)}
<p class="note">The tokens: ${tokens.map(({ text }, i) => html`${i > 0 && ' '}<bdi>${visible(text) || '∅'}</bdi>`)}</p>`
}

/** The first and the last, and those between at equal distances. */
function drawn(layer: number, layers: number): boolean {
  if (layers <= most.layers) return true
  return Array.from({ length: most.layers }, (_, i) => Math.round((i * (layers - 1)) / (most.layers - 1))).includes(
    layer,
  )
}
