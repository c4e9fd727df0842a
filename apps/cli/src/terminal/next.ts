import { relative } from 'node:path'
import type { RunSummary } from '@sluice/recipe'
import type { Console } from './console.ts'

/** How the run was called, for the commands that come next. */
export interface NextOptions {
  readonly config: string
  readonly name: string | undefined
  readonly runsDir: string
  readonly console: Pick<Console, 'cwd' | 'env'>
}

/** The commands worth typing after a run. */
export function nextCommands(summary: RunSummary, { config, name, runsDir, console }: NextOptions): string[] {
  if (summary.step === 0) return []
  // Inside npm's own scripts the command is on no path but npx's.
  const pipeline = console.env.npm_execpath === undefined ? 'pipeline' : 'npx pipeline'
  const named = name === undefined ? '' : ` --name ${quote(name)}`
  const elsewhere = runsDir === 'runs' ? '' : ` --runs-dir ${quote(runsDir)}`
  const more = summary.outcome === 'finished' ? ` --steps ${summary.step * 2}` : ''
  const prompt = summary.sample?.prompt.trim() || 'The'
  const folder = relative(console.cwd, summary.path) || '.'
  return [
    summary.predicts === 'masked'
      ? `${pipeline} fill ${quote(folder)} --text "the [MASK] of the"`
      : `${pipeline} generate ${quote(folder)} --prompt ${quote(prompt)}`,
    `${pipeline} run ${quote(config)} --resume${named}${elsewhere}${more}`,
    ...(summary.report
      ? [`${opener[process.platform] ?? 'xdg-open'} ${quote(relative(console.cwd, summary.report))}`]
      : []),
  ]
}

const opener: Readonly<Record<string, string>> = { darwin: 'open', win32: 'start' }

function quote(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text.replace(/["\\$`]/g, '\\$&').replace(/\s+/g, ' ')}"`
}
