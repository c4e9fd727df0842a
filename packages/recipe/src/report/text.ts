import { bytes, digits, duration, nats, percent, short, whole } from '../show/format.ts'
import { groupTitle } from './changes.ts'
import { droppedLine, sourceRows } from './corpus-text.ts'
import type { ReportData } from './data.ts'

/** The part of a report that a terminal shows. */
export type SummaryData = Pick<
  ReportData,
  'name' | 'backend' | 'summary' | 'changes' | 'evaluations' | 'baselines' | 'sources' | 'refined'
>

/**
 * The end of a run for a terminal: what came of it, the last evaluation beside the baselines, and what training changed.
 *
 * @param options.color bold and dim text, by ANSI codes. Default false.
 */
export function summaryText(data: SummaryData, { color = false }: { color?: boolean } = {}): string {
  const { name, backend, summary, changes } = data
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[22m` : text)
  const dim = (text: string) => (color ? `\u001b[2m${text}\u001b[22m` : text)
  const figures = [
    `${whole(summary.step)} of ${whole(summary.steps)} steps`,
    `${short(summary.tokens)} tokens in ${duration(summary.seconds)}`,
    `${whole(summary.tokensPerSecond)} tokens/s`,
    `${bytes(summary.peakMemory)} at most`,
    backend,
  ]
  const blocks = [`${bold(name)} ${summary.outcome}\n${dim(figures.join(' · '))}`]
  const losses = lossRows(data)
  if (losses.length > 1) blocks.push(columns(losses, dim))
  if (summary.learned) blocks.push(summary.learned)
  const sources = sourceRows(data)
  if (sources.length > 0) blocks.push(columns(sources, dim))
  const dropped = droppedLine(data)
  if (dropped) blocks.push(dropped)
  if (changes.length > 0) {
    const rows = changes.map(({ group, parameters, gradNorm, distance, relative }) => [
      groupTitle(group),
      whole(parameters),
      gradNorm === undefined ? '–' : digits(gradNorm),
      digits(distance),
      relative === undefined ? '–' : percent(relative),
    ])
    const head = ['', 'parameters', 'gradient norm', 'distance from start', 'of norm there']
    blocks.push(`${bold('What training changed')}\n${columns([head, ...rows], dim)}`)
  }
  return `${blocks.join('\n\n')}\n`
}

function lossRows({ evaluations, baselines }: SummaryData): string[][] {
  const [first, last] = [evaluations[0], evaluations.at(-1)]
  if (!first || !last) return []
  const { bits_per_byte: bits } = last
  const row = (name: string, loss: number) => [
    name,
    nats(loss),
    digits(Math.exp(loss)),
    ...(bits === undefined ? [] : [nats((loss * bits) / last.loss)]),
  ]
  return [
    ['held-out text', 'loss', 'perplexity', ...(bits === undefined ? [] : ['bits per byte'])],
    ...(first.step === last.step ? [] : [row(`step ${whole(first.step)}`, first.loss)]),
    row(`step ${whole(last.step)}`, last.loss),
    ...(baselines
      ? [row('  uniform', baselines.uniform), row('  unigram', baselines.unigram), row('  bigram', baselines.bigram)]
      : []),
  ]
}

/** Left the names, right the numbers; the first row is the head. */
function columns(rows: readonly (readonly string[])[], dim: (text: string) => string): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)))
  return rows
    .map((row, r) => {
      const line = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 3))).join('')
      return r === 0 ? dim(line) : line
    })
    .join('\n')
}
