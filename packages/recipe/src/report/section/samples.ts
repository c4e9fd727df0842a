import { whole } from '../../show/format.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'

/** What the model wrote as it learned, after the same prompt. */
export function samplesSection({ samples }: ReportData): Markup | undefined {
  if (samples.length === 0) return undefined
  return html`<section><h2>What it wrote</h2>
${samples.map(
  ({ step, prompt, text }) =>
    html`<div class="sample"><h3>step ${whole(step)}</h3><blockquote><b>${prompt}</b>${text}</blockquote></div>\n`,
)}</section>`
}
