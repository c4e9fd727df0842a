import type { RefinedCounts } from '@sluice/pipeline'
import { bytes, percent, whole } from '../../show/format.ts'
import type { RefinedPoint, ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'

/** What refining kept of each source, and for what reasons the rest was dropped. */
export function refiningSection({ refined = [] }: ReportData): Markup | undefined {
  if (refined.length === 0) return undefined
  const sources = [...new Set(refined.flatMap(point => Object.keys(point.sources)))]
  const dropped = reasons(refined, sources, 'dropped')
  const changed = reasons(refined, sources, 'changed')
  return html`<section><h2>What refining did</h2>
${table({
  caption: 'Documents kept, stage by stage',
  head: ['', 'source', 'documents', 'kept', '', 'text', 'kept'],
  rows: refined.flatMap(({ stage, sources }) =>
    Object.entries(sources).map(([source, counts]) => [
      stage,
      source,
      whole(counts.documents),
      whole(counts.kept),
      percent(counts.documents > 0 ? counts.kept / counts.documents : Number.NaN),
      bytes(counts.bytes),
      bytes(counts.keptBytes),
    ]),
  ),
})}
${dropped.length === 0 ? html`<p>No document was dropped.</p>` : bySource('Documents dropped, by reason', sources, dropped)}
${changed.length > 0 && bySource('Changed in what was kept', sources, changed)}</section>`
}

function bySource(caption: string, sources: readonly string[], rows: readonly string[][]): Markup {
  return table({ caption, head: ['', 'stage', ...sources, ...(sources.length > 1 ? ['all'] : [])], rows })
}

/** A row for each reason of each stage: how often in each source, the most frequent first. */
function reasons(
  refined: readonly RefinedPoint[],
  sources: readonly string[],
  what: 'dropped' | 'changed',
): string[][] {
  return refined.flatMap(({ stage, sources: counts }) => {
    const names = [...new Set(Object.values(counts).flatMap(one => Object.keys(one[what])))]
    const rows = names.map(name => {
      const each = sources.map(source => times(counts[source], what, name))
      return { name, each, all: each.reduce((sum, count) => sum + count, 0) }
    })
    rows.sort((a, b) => b.all - a.all)
    return rows.map(({ name, each, all }) => [
      name,
      stage,
      ...[...each, ...(sources.length > 1 ? [all] : [])].map(whole),
    ])
  })
}

function times(counts: RefinedCounts | undefined, what: 'dropped' | 'changed', name: string): number {
  return counts && Object.hasOwn(counts[what], name) ? counts[what][name]! : 0
}
