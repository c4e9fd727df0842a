import { bytes, percent, short, whole } from '../show/format.ts'
import type { ReportData } from './data.ts'
import { bytesPerToken } from './section/sources.ts'

/** For a terminal: what several sources gave. Of a single one there is nothing to tell; more than eight are for the report. */
export function sourceRows({ sources = [] }: Pick<ReportData, 'sources'>): string[][] {
  if (sources.length < 2) return []
  const total = sources.reduce((sum, point) => sum + point.tokens, 0)
  const rows = sources
    .slice(0, 8)
    .map(point => [
      point.source,
      whole(point.documents),
      bytes(point.bytes),
      short(point.tokens),
      percent(total > 0 ? point.tokens / total : Number.NaN),
      bytesPerToken(point),
    ])
  const more = sources.length > 8 ? [[`and ${sources.length - 8} more`, '', '', '', '', '']] : []
  return [['trained on', 'documents', 'text', 'tokens', 'share', 'bytes per token'], ...rows, ...more]
}

/** For a terminal: how much refining dropped, and the three most frequent reasons. Undefined where it dropped nothing. */
export function droppedLine({ refined = [] }: Pick<ReportData, 'refined'>): string | undefined {
  const counts = refined.flatMap(point => Object.values(point.sources))
  const reasons = new Map<string, number>()
  for (const { dropped } of counts) {
    for (const [reason, times] of Object.entries(dropped)) reasons.set(reason, (reasons.get(reason) ?? 0) + times)
  }
  const dropped = [...reasons.values()].reduce((sum, times) => sum + times, 0)
  if (dropped === 0) return undefined
  const first = Object.values(refined[0]!.sources)
  const documents = first.reduce((sum, one) => sum + one.documents, 0)
  const most = [...reasons].sort((a, b) => b[1] - a[1])
  const told = most.slice(0, 3).map(([reason, times]) => `${reason} ${whole(times)}`)
  if (most.length > 3) told.push(`${most.length - 3} more in the report`)
  return `Refining dropped ${whole(dropped)} of ${whole(documents)} documents: ${told.join(', ')}`
}
