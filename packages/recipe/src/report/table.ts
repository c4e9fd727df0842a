import { html, type Markup } from './markup.ts'

type Cell = string | Markup

/**
 * A table whose first column names the row and whose others are numbers.
 *
 * @param caption read out before the table, and shown above it unless `hideCaption`
 */
export function table(options: {
  caption: string
  hideCaption?: boolean
  head: readonly string[]
  rows: readonly (readonly Cell[])[]
}): Markup {
  const { caption, hideCaption = false, head, rows } = options
  return html`<div class="scroll"><table><caption${{ markup: hideCaption ? ' class="hidden"' : '' }}>${caption}</caption>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`
}
