import { digits, nats, whole } from '../../show/format.ts'
import { figure } from '../chart/figure.ts'
import type { ReportData } from '../data.ts'
import { html, type Markup } from '../markup.ts'
import { table } from '../table.ts'

/** The curve the run is about, measured against what simple models reach. */
export function lossSection(data: ReportData): Markup | undefined {
  const { metrics, evaluations, baselines } = data
  const training = metrics.flatMap(({ step, loss }) => (loss === undefined ? [] : [{ x: step, y: loss }]))
  const heldOut = evaluations.map(({ step, loss }) => ({ x: step, y: loss }))
  const drawn = figure({
    id: 'loss',
    title: 'Loss, nats per token',
    description: describe(data),
    lines: [
      { className: 'training', label: 'training', points: training, noisy: true },
      { className: 'heldout', label: 'held-out', points: heldOut, dots: true },
    ],
    references: baselines
      ? [
          { label: 'uniform', y: baselines.uniform },
          { label: 'unigram', y: baselines.unigram },
          { label: 'bigram', y: baselines.bigram },
        ]
      : [],
    height: 400,
    format: nats,
    table: lossTable(data),
  })
  if (!drawn) return undefined
  return html`<section>${drawn}${
    baselines &&
    html`<p class="note">The straight lines are what simple models reach on the same held-out text: <i>uniform</i> knows nothing,
<i>unigram</i> knows how often each token comes, <i>bigram</i> knows the token before.</p>`
  }${bySource(data)}</section>`
}

/** Which text is learned, and which is not. */
function bySource({ evaluations }: ReportData): Markup | undefined {
  const told = evaluations.filter(({ sources }) => sources !== undefined)
  const names = [...new Set(told.flatMap(({ sources }) => Object.keys(sources!)))].sort()
  if (names.length === 0) return undefined
  return table({
    caption: 'Held-out loss by source, nats per token',
    head: ['', ...names],
    rows: told.map(({ step, sources }) => [
      `step ${whole(step)}`,
      ...names.map(name => nats(sources![name] ?? Number.NaN)),
    ]),
  })
}

function describe({ metrics, evaluations, baselines }: ReportData): string {
  const parts: string[] = []
  const [first, last] = [metrics[0], metrics.at(-1)]
  if (first?.loss !== undefined && last?.loss !== undefined) {
    parts.push(
      `Training loss from ${nats(first.loss)} at step ${first.step} to ${nats(last.loss)} at step ${last.step}.`,
    )
  }
  const evaluation = evaluations.at(-1)
  if (evaluation) parts.push(`Held-out loss ${nats(evaluation.loss)} at step ${evaluation.step}.`)
  if (baselines) {
    const { uniform, unigram, bigram } = baselines
    parts.push(`Baselines: uniform ${nats(uniform)}, unigram ${nats(unigram)}, bigram ${nats(bigram)}.`)
  }
  return parts.join(' ')
}

/** Evaluations beside the baselines; where there are none, some of the steps. */
function lossTable({ metrics, evaluations, baselines }: ReportData): Markup {
  if (evaluations.length === 0) {
    const every = Math.max(1, Math.floor(metrics.length / 20))
    const rows = metrics.filter((_, i) => i % every === 0 || i === metrics.length - 1)
    return table({
      caption: 'Training loss',
      head: ['step', 'loss'],
      rows: rows.map(({ step, loss }) => [whole(step), nats(loss ?? Number.NaN)]),
    })
  }
  // Bits per byte are the loss times a constant of the text.
  const last = evaluations.at(-1)!
  const { bits_per_byte: bits } = last
  const row = (name: string, loss: number) => [
    name,
    nats(loss),
    digits(Math.exp(loss)),
    ...(bits === undefined ? [] : [nats((loss * bits) / last.loss)]),
  ]
  return table({
    caption: 'Held-out text',
    head: ['', 'loss', 'perplexity', ...(bits === undefined ? [] : ['bits per byte'])],
    rows: [
      ...evaluations.map(({ step, loss }) => row(`step ${whole(step)}`, loss)),
      ...(baselines
        ? [row('uniform', baselines.uniform), row('unigram', baselines.unigram), row('bigram', baselines.bigram)]
        : []),
    ],
  })
}
