import type { MemoryUse } from '@sluice/pipeline'
import { bytes, percent, whole } from '../../show/format.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'

/** Where the time of the run went, stage by stage. */
export function stagesSection({ stages, memory, verdict }: ReportData): Markup | undefined {
  if (stages.length === 0) return undefined
  const rows = stages.map(part => {
    const { id, workers, thread, rows, bytes: size, busy, waitingForInput, waitingForOutput, mostHeld } = part
    const total = busy + waitingForInput + waitingForOutput
    const share = (seconds: number) => percent(total > 0 ? seconds / total : 0)
    return [
      `${id}${place(workers, thread)}`,
      whole(rows),
      bytes(size),
      html`${share(busy)} ${bar(total > 0 ? busy / total : 0)}`,
      share(waitingForInput),
      share(waitingForOutput),
      bytes(mostHeld),
    ]
  })
  return html`<section><h2>Where the time went</h2>
${verdict === undefined ? '' : html`<p>${verdict}</p>`}
${table({
  caption: 'Counters of each stage',
  hideCaption: true,
  head: ['', 'rows', 'bytes', 'busy', 'waiting for input', 'for output', 'held at most'],
  rows,
})}${memory && inFlight(memory)}</section>`
}

function inFlight({ mostInFlight, limit, mostResident }: MemoryUse): Markup {
  return html`<p>Between source and sink lay ${bytes(mostInFlight)} at most; the gate closes at ${bytes(limit)}. The process held
${bytes(mostResident)} at most.</p>`
}

/** Where a stage ran, if not on the run's own thread. */
function place(workers: number | undefined, thread: string | undefined): string {
  const parts = [
    workers ? `${workers} ${workers === 1 ? 'worker' : 'workers'}` : '',
    thread === undefined ? '' : `thread "${thread}"`,
  ].filter(part => part !== '')
  return parts.length > 0 ? ` (${parts.join(', ')})` : ''
}

/** A bar of a share, for the eye; the number stands beside it. */
export function bar(share: number): Markup {
  const width = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * 60
  return html`<svg class="bar" aria-hidden="true" width="60" height="9"><rect width="${width.toFixed(1)}" height="9"/></svg>`
}
