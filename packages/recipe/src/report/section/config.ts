import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'

/** How to make the same run again. */
export function configSection({ config, versions, summary }: ReportData): Markup {
  const { notes = [] } = summary
  return html`<section><h2>How it was made</h2>
${notes.length > 0 && html`<ul>${notes.map(note => html`<li>${note}</li>`)}</ul>`}
<details><summary>Config</summary><pre>${JSON.stringify(config, null, 2) ?? ''}</pre></details>
<details><summary>Versions</summary>${table({
    caption: 'Versions',
    hideCaption: true,
    head: ['', 'version'],
    rows: Object.entries(versions),
  })}</details></section>`
}
