import { bytes, digits, percent, whole } from '../../show/format.ts'
import type { ReportData, SourcePoint } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'
import { bar } from './stages.ts'

/** What each source gave to training, and what share of the whole that was. */
export function sourcesSection({ sources = [] }: ReportData): Markup | undefined {
  if (sources.length === 0) return undefined
  const total = (what: 'documents' | 'bytes' | 'tokens') => sources.reduce((sum, point) => sum + point[what], 0)
  const sums = { documents: total('documents'), bytes: total('bytes'), tokens: total('tokens') }
  const asked = sources.some(point => point.asked !== undefined)
  const row = (point: SourcePoint) => [
    point.source,
    ...(asked ? [point.asked === undefined ? '–' : percent(point.asked)] : []),
    whole(point.documents),
    shareOf(point.documents, sums.documents),
    bytes(point.bytes),
    html`${shareOf(point.bytes, sums.bytes)} ${bar(point.bytes / sums.bytes)}`,
    whole(point.tokens),
    shareOf(point.tokens, sums.tokens),
    bytesPerToken(point),
  ]
  const all = { source: 'all', ...sums }
  return html`<section><h2>What it was trained on</h2>
<p>What each source gave to be trained on, after refining and without the held-out text; where a source was read again it counts
again.${asked && ' <i>Asked</i> is the share that its weight asks for.'}</p>
${table({
  caption: 'Documents, bytes and tokens by source',
  hideCaption: true,
  head: ['', ...(asked ? ['asked'] : []), 'documents', '', 'text', '', 'tokens', '', 'bytes per token'],
  rows: [...sources.map(row), ...(sources.length > 1 ? [row(asked ? { ...all, asked: Number.NaN } : all)] : [])],
})}</section>`
}

export function bytesPerToken({ bytes: size, tokens }: Pick<SourcePoint, 'bytes' | 'tokens'>): string {
  return tokens > 0 ? digits(size / tokens) : '–'
}

function shareOf(part: number, whole: number): string {
  return percent(whole > 0 ? part / whole : Number.NaN)
}
