import { relative } from 'node:path'
import type { RunSummary } from '@sluice/recipe'
import { coloursFor } from './colours.ts'
import type { Console } from './console.ts'
import { bytes, count, duration, whole } from './format.ts'
import { table } from './table.ts'

/** How the run was called, for the commands that come next. */
export interface NextOptions {
  readonly config: string
  readonly name: string | undefined
  readonly runsDir: string
  readonly console: Console
}

/** What a run came to, for a person: figures, what was learned, a sample, what training changed, and where to go next. */
export function showSummary(summary: RunSummary, options: NextOptions): void {
  const { console } = options
  const colours = coloursFor(console.stdout, console.env)
  const title = (text: string) => `\n${colours.bold(text)}\n`
  const parts = [
    title(headline(summary)),
    table(figures(summary)),
    evaluationPart(summary, title),
    summary.sample ? `${title('Sample')}  ${colours.dim(summary.sample.prompt)}${summary.sample.text}\n` : '',
    changedPart(summary, title),
    ...summary.notes.map(note => `\nnote: ${note}\n`),
    nextPart(summary, options, title),
  ]
  console.stdout.write(parts.join(''))
}

function headline({ name, outcome, step, steps }: RunSummary): string {
  if (outcome === 'finished') return `${name}: finished after ${whole(step)} steps`
  return `${name}: stopped at step ${whole(step)} of ${whole(steps)}`
}

function figures(summary: RunSummary): string[][] {
  const { parameters, backend, tokens, seconds, tokensPerSecond, peakMemory } = summary
  return [
    ['parameters', whole(parameters)],
    ['backend', backend],
    ['tokens trained on', whole(tokens)],
    ['time', duration(seconds)],
    ['tokens/s', count(tokensPerSecond)],
    ['peak memory', bytes(peakMemory)],
  ]
}

function evaluationPart({ loss, evaluation, learned }: RunSummary, title: (text: string) => string): string {
  const rows: string[][] = []
  if (loss !== undefined) rows.push(['training, last steps', loss.toFixed(3), ''])
  if (evaluation) {
    const perByte = `${evaluation.bitsPerByte.toFixed(3)} bits per byte, perplexity ${evaluation.perplexity.toFixed(1)}`
    rows.push(['evaluation (held-out text)', evaluation.loss.toFixed(3), perByte])
    rows.push(['  bigram: knowing the token before', evaluation.bigram.toFixed(3), ''])
    rows.push(['  unigram: knowing how often tokens come', evaluation.unigram.toFixed(3), ''])
    rows.push(['  uniform: knowing nothing', evaluation.uniform.toFixed(3), ''])
  }
  if (rows.length === 0) return ''
  return `${title('Loss, nats per token')}${table(rows)}${learned ? `  ${learned}\n` : ''}`
}

function changedPart({ changed }: RunSummary, title: (text: string) => string): string {
  if (changed.length === 0) return ''
  const number = (value: number | undefined) => (value === undefined ? '-' : value.toPrecision(3))
  const rows = changed.map(row => [
    row.group,
    whole(row.parameters),
    number(row.gradientNorm),
    `${(100 * row.distance).toFixed(0)} %`,
  ])
  return `${title('What training changed')}${table([['weights', 'parameters', 'gradient norm', 'moved by'], ...rows])}`
}

function nextPart(
  summary: RunSummary,
  { config, name: named, runsDir, console }: NextOptions,
  title: (text: string) => string,
): string {
  const folder = relative(console.cwd, summary.path) || '.'
  const name = named === undefined ? '' : ` --name ${quote(named)}`
  const elsewhere = runsDir === 'runs' ? '' : ` --runs-dir ${quote(runsDir)}`
  const resume = `pipeline run ${quote(config)} --resume${name}${elsewhere}`
  const prompt = summary.sample?.prompt.trim().split(/\s+/).slice(0, 4).join(' ') || 'Once upon a time'
  const more = summary.outcome === 'finished' ? ` --steps ${summary.step * 2}` : ''
  return [
    title('Next'),
    ...(summary.step > 0 ? [`  pipeline generate ${quote(folder)} --prompt ${quote(prompt)}\n`] : []),
    ...(summary.step > 0 ? [`  ${resume}${more}\n`] : []),
    ...(summary.report ? [`  ${opener()} ${quote(relative(console.cwd, summary.report))}\n`] : []),
  ].join('')
}

function opener(): string {
  return { darwin: 'open', win32: 'start' }[process.platform as string] ?? 'xdg-open'
}

function quote(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text.replace(/["\\$`]/g, '\\$&')}"`
}
