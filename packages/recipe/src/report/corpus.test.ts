import type { RefinedCounts } from '@sluice/pipeline'
import { expect, it } from 'vitest'
import type { ReportData } from './data.ts'
import { renderReport } from './report.ts'
import { summaryText } from './text.ts'

const counts = (dropped: Record<string, number>, changed: Record<string, number> = {}): RefinedCounts => ({
  documents: 10,
  bytes: 4000,
  kept: 10 - Object.values(dropped).reduce((sum, times) => sum + times, 0),
  keptBytes: 3000,
  dropped,
  changed,
})
const run: ReportData = {
  name: 'mixed',
  backend: 'cpu',
  versions: {},
  config: null,
  summary: {
    outcome: 'finished',
    parameters: 1,
    step: 1,
    steps: 1,
    tokens: 1,
    seconds: 1,
    tokensPerSecond: 1,
    peakMemory: 1,
  },
  metrics: [],
  evaluations: [],
  samples: [],
  stages: [],
  changes: [],
  sources: [
    { source: 'books', asked: 0.75, documents: 1200, bytes: 6e6, tokens: 1.5e6 },
    { source: '<news>', asked: 0.25, documents: 300, bytes: 2e6, tokens: 0.5e6 },
  ],
  refined: [
    {
      stage: 'quality-1',
      sources: { books: counts({ 'gopher: too few words': 2 }), '<news>': counts({ 'c4: no sentence': 3 }) },
    },
    { stage: 'pii-2', sources: { books: counts({}, { 'IP addresses': 4 }), '<news>': counts({}) } },
  ],
}

it('the report tells shares, and bytes per token, by source', () => {
  const text = renderReport(run)
  expect(text).toContain('<h2>What it was trained on</h2>')
  expect(text).toMatch(
    /<th scope="row">books<\/th><td>75 %<\/td><td>1,200<\/td><td>80 %<\/td><td>6.00 MB<\/td><td>75 % .*<td>1,500,000<\/td><td>75 %<\/td><td>4.00<\/td>/,
  )
  expect(text).toMatch(/<th scope="row">&lt;news&gt;<\/th><td>25 %.*<td>500,000<\/td><td>25 %<\/td><td>4.00<\/td>/)
  expect(text).toMatch(/<th scope="row">all<\/th><td>–<\/td><td>1,500<\/td>.*<td>2,000,000<\/td>/)
})

it('the report tells drops by reason and source', () => {
  const text = renderReport(run)
  expect(text).toContain('<h2>What refining did</h2>')
  expect(text).toContain(
    '<th scope="row">quality-1</th><td>books</td><td>10</td><td>8</td><td>80 %</td><td>4.00 kB</td><td>3.00 kB</td>',
  )
  expect(text).toContain('<th scope="row">gopher: too few words</th><td>quality-1</td><td>2</td><td>0</td><td>2</td>')
  expect(text).toContain('<th scope="row">c4: no sentence</th><td>quality-1</td><td>0</td><td>3</td><td>3</td>')
  expect(text).toContain('<th scope="row">IP addresses</th><td>pii-2</td><td>4</td><td>0</td><td>4</td>')
})

it('leaves out what is not known, and does not divide by nothing', () => {
  const { sources: _, refined: __, ...rest } = run
  expect(renderReport(rest)).not.toMatch(/What it was trained on|What refining did/)
  expect(summaryText(rest)).not.toMatch(/trained on|Refining/)
  const nothing = renderReport({ ...rest, sources: [{ source: 's', documents: 0, bytes: 0, tokens: 0 }], refined: [] })
  expect(nothing).not.toMatch(/NaN|Infinity/)
})

it('the summary is brief', () => {
  expect(summaryText(run)).toContain(`trained on   documents      text   tokens   share   bytes per token
books            1,200   6.00 MB   1.50 M    75 %              4.00
<news>             300   2.00 MB    500 k    25 %              4.00

Refining dropped 5 of 20 documents: c4: no sentence 3, gopher: too few words 2
`)
  const one = { ...run, sources: run.sources!.slice(0, 1) }
  expect(summaryText(one)).not.toContain('trained on')
})

it('names the three most frequent reasons', () => {
  const dropped = { a: 1, b: 4, c: 2, d: 3 }
  const text = summaryText({ ...run, refined: [{ stage: 'q', sources: { s: counts(dropped) } }] })
  expect(text).toContain('Refining dropped 10 of 10 documents: b 4, d 3, c 2, 1 more in the report')
})
