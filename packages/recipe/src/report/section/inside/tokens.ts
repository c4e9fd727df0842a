import type { Cut } from '../../../inspect/results.ts'
import { digits, plural } from '../../../show/format.ts'
import { visible } from '../../../show/visible.ts'
import { html, type Markup } from '../../markup.ts'

/** A text as the model meets it. */
export function tokensPart({ tokens, total, bytes, bytesPerToken }: Cut): Markup {
  return html`<h3>How text is cut</h3>
<p class="tokens">${tokens.map(({ id, text }) => html`<bdi title="number ${id}">${visible(text) || '∅'}</bdi> `)}</p>
<p class="note">${plural(total, 'token')} for ${plural(bytes, 'byte')}, ${digits(bytesPerToken)} bytes a token. The beginning of the held-out text; the
pictures below are of it, too.</p>`
}
