import type { Blamed } from '../../../inspect/results.ts'
import { nats, signed, whole } from '../../../show/format.ts'
import { clipped, visible } from '../../../show/visible.ts'
import { html, type Markup } from '../../markup.ts'
import { table } from '../../table.ts'

/** Which documents and sources were harder than what they were read together with. */
export function blamePart({ documents, sources }: Blamed): Markup | undefined {
  if (documents.length === 0) return undefined
  const figures = ({ tokens, loss, excess }: Blamed['documents'][number] | Blamed['sources'][number]) => [
    whole(tokens),
    nats(loss),
    signed(excess),
  ]
  return html`<h3>The hardest texts</h3>
<p class="note">Loss by document. Since losses fall as training goes on, each is measured against the batches it was in: what stands out is odd, damaged, or
in another language.</p>
${table({
  caption: 'Sources and documents, the hardest first',
  hideCaption: true,
  head: ['', 'tokens', 'loss', 'above its batches'],
  rows: [
    ...sources.map(source => [html`<i>${visible(source.source)}</i>, all of it`, ...figures(source)]),
    ...documents.map(document => [html`<bdi>${visible(clipped(document.doc_id, 60))}</bdi>`, ...figures(document)]),
  ],
})}`
}
