import { bytes, digits, duration, nats, short, whole } from '../../show/format.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'

/** What it is, what came of it, and the figures worth a glance. */
export function headSection({ name, backend, summary, evaluations }: ReportData): Markup {
  const last = evaluations.at(-1)
  const first = evaluations[0]
  const ended = { finished: 'finished', stopped: 'was stopped', failed: 'failed' }[summary.outcome]
  const figures: [string, string][] = [
    ['parameters', short(summary.parameters)],
    ['tokens trained on', short(summary.tokens)],
    ['time', duration(summary.seconds)],
    ['tokens per second', whole(summary.tokensPerSecond)],
    ['peak memory', bytes(summary.peakMemory)],
  ]
  if (last) {
    figures.unshift(
      ['held-out loss, nats', nats(last.loss)],
      ['perplexity', digits(last.perplexity)],
      ...(last.bits_per_byte === undefined ? [] : [['bits per byte', nats(last.bits_per_byte)] as [string, string]]),
    )
  }
  return html`<header><h1>${name}</h1>
<p class="lead">The run ${ended} after ${whole(summary.step)} of ${whole(summary.steps)} steps on ${backend}.${
    first &&
    last &&
    first.step !== last.step &&
    ` On text it never saw, its loss went from ${nats(first.loss)} to ${nats(last.loss)} nats per token.`
  }${summary.learned && ` ${summary.learned}`}</p>
<dl class="figures">${figures.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl></header>`
}
