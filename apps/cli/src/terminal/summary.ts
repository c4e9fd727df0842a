import { type RunSummary, summaryText } from '@sluice/recipe'
import { coloursFor } from './colours.ts'
import type { Console } from './console.ts'
import { type NextOptions, nextCommands } from './next.ts'
import { printable } from './printable.ts'

/**
 * What a run came to, for a person: figures, what was learned and changed, a sample, and where to go next. Its notes are not told again:
 * the view has left a line of each.
 */
export function showSummary(summary: RunSummary, options: NextOptions & { readonly console: Console }): void {
  const { stdout, env } = options.console
  const colours = coloursFor(stdout, env)
  const { sample, step, report } = summary
  const parts: string[] = []
  if (step > 0) parts.push(summaryText({ ...summary, summary }, { color: colours.isColorSupported }))
  else parts.push(`${summary.name} was stopped before training began\n`)
  if (sample)
    parts.push(`${colours.bold('Sample')}\n${colours.dim(sample.prompt)}${printable(sample.text.trimEnd())}\n`)
  if (report) parts.push(`${colours.bold('Report')}\n${report}\n`)
  const next = nextCommands(summary, options)
  if (next.length > 0) parts.push(`${colours.bold('Next')}\n${next.map(command => `  ${command}\n`).join('')}`)
  stdout.write(`\n${parts.join('\n')}`)
}
