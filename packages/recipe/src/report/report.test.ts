import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReportData } from './data.ts'
import { renderReport, writeReport } from './report.ts'
import { summaryText } from './text.ts'

const empty: ReportData = {
  name: 'tiny',
  backend: 'cpu',
  versions: {},
  config: null,
  summary: {
    outcome: 'stopped',
    parameters: 0,
    step: 0,
    steps: 10,
    tokens: 0,
    seconds: 0,
    tokensPerSecond: 0,
    peakMemory: 0,
  },
  metrics: [],
  evaluations: [],
  samples: [],
  stages: [],
  changes: [],
}

const full: ReportData = {
  ...empty,
  versions: { node: '20' },
  config: { seed: 1 },
  summary: {
    ...empty.summary,
    outcome: 'finished',
    parameters: 1_324_672,
    step: 10,
    tokens: 40_960,
    seconds: 2.5,
    tokensPerSecond: 16_384,
    peakMemory: 812e6,
    learned: 'It has begun to use context.',
    notes: ['pack: dropped 3 tokens'],
  },
  metrics: Array.from({ length: 10 }, (_, i) => ({
    step: i + 1,
    loss: 8 - i / 5,
    lr: 1e-3,
    grad_norm: 1 + i / 10,
    tokens_per_second: 16_000 + i,
    'grad_norm.attention': 0.5,
    'grad_norm.norms': 0.1,
  })),
  evaluations: [
    { step: 0, loss: 8.3, perplexity: 4023.87, bits_per_byte: 3.5 },
    { step: 10, loss: 6.1, perplexity: 445.86, bits_per_byte: 2.572 },
  ],
  baselines: { uniform: 8.318, unigram: 6.41, bigram: 5.32 },
  samples: [{ step: 10, prompt: 'Call me', text: ' Ishmael.' }],
  stages: [
    {
      id: 'books',
      kind: 'source',
      rows: 2,
      bytes: 1e6,
      frames: 1,
      busy: 1,
      waitingForInput: 0,
      waitingForOutput: 3,
      held: 0,
      mostHeld: 2e6,
    },
  ],
  memory: {
    resident: 3e8,
    mostResident: 4e8,
    inFlight: 0,
    mostInFlight: 2.5e6,
    limit: 4e6,
    held: {},
    mostHeld: { books: 2e6 },
  },
  changes: [
    { group: 'embeddings', parameters: 524_288, gradNorm: 0.412, distance: 18.2, relative: 1.26 },
    { group: 'norms', parameters: 2304, distance: 1.9 },
  ],
}

describe('renderReport', () => {
  it('tells what was held', () => {
    const text = renderReport(full)
    expect(text).toContain('<th scope="col">held at most</th>')
    expect(text).toContain('Between source and sink lay 2.50 MB at most; the gate closes at 4.00 MB.')
  })

  it('ends with what training changed', () => {
    const text = renderReport(full)
    const end = text.slice(text.indexOf('<h2>What training changed'))
    expect(end).not.toBe('>')
    expect(end.match(/<h2>/g)).toHaveLength(1)
    expect(end).toContain('<th scope="row">token embeddings</th><td>524,288</td><td>0.412</td><td>18.2</td><td>126 %')
    expect(end).toContain('<th scope="row">norms</th><td>2,304</td><td>–</td><td>1.90</td><td>–</td>')
    expect(end).toContain('Training changed 526,592 numbers.')
    expect(end).toContain('Gradient norm by group')
  })

  it('names curves and baselines where they end', () => {
    const text = renderReport(full)
    for (const label of ['training 6.20', 'held-out 6.10', 'uniform 8.32', 'unigram 6.41', 'bigram 5.32']) {
      // Once for wide screens and once for narrow ones.
      expect(text.split(`>${label}</text>`)).toHaveLength(3)
    }
  })

  it('gives every picture a title, a description and the numbers', () => {
    const text = renderReport(full)
    const pictures = text.match(/<svg role="img" aria-labelledby="([^"]+)"/g)!
    expect(pictures).toHaveLength(7)
    for (const [, ids] of text.matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of ids!.split(' ')) expect(text.split(`id="${id}"`)).toHaveLength(2)
    }
    expect(text).toContain('Training loss from 8.00 at step 1 to 6.20 at step 10. Held-out loss 6.10 at step 10.')
    expect(text).toContain('<th scope="row">step 10</th><td>6.10</td><td>446</td><td>2.57</td>')
    expect(text).toContain('<th scope="row">unigram</th><td>6.41</td><td>608</td><td>2.70</td>')
  })

  it('loads nothing and runs nothing', () => {
    const text = renderReport(full)
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|(?:src|href)=|https?:/)
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  it('escapes whatever a config, a name or a model may hold', () => {
    const evil = `</style><script>alert('1')</script>&"\u0000\u001b[1m\ud800`
    const text = renderReport({
      ...full,
      name: evil,
      backend: evil,
      versions: { [evil]: evil },
      config: { [evil]: evil },
      summary: { ...full.summary, learned: evil, notes: [evil] },
      samples: [{ step: 1, prompt: evil, text: evil }],
      stages: [{ ...full.stages[0]!, id: evil }],
      changes: [{ ...full.changes[0]!, group: evil }],
      metrics: full.metrics.map(point => ({ ...point, [`grad_norm.${evil}`]: 1 })),
    })
    expect(text).not.toMatch(/<script|alert\('/)
    expect(text.match(/<\/style>/g)).toHaveLength(1)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cs}\p{Cc}]/u)
    expect(text).toContain('&lt;/style&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;␀␛[1m\ufffd')
  })

  it('is made of nothing, too', () => {
    const text = renderReport(empty)
    expect(text).not.toMatch(/NaN|undefined|Infinity|<svg/)
    expect(text).toContain('The run was stopped after 0 of 10 steps on cpu.')
    expect(text).toContain('Nothing is known about the weights at the start.')
  })

  it('is made of one step, too', () => {
    const text = renderReport({
      ...full,
      metrics: full.metrics.slice(0, 1),
      evaluations: full.evaluations.slice(0, 1),
    })
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text).toContain('<circle')
    expect(text).toContain('1 step<')
  })

  it('passes over values that are not finite', () => {
    const broken = { step: 11, loss: Number.NaN, lr: Number.POSITIVE_INFINITY, grad_norm: Number.NaN }
    const text = renderReport({ ...full, metrics: [...full.metrics, broken], changes: [] })
    expect(text).not.toMatch(/NaN|Infinity/)
    expect(text).toContain('training 6.20')
  })
})

describe('writeReport', () => {
  it('writes one file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'report-'))
    const path = join(dir, 'report.html')
    await writeReport({ path, run: full })
    expect(await readFile(path, 'utf8')).toBe(renderReport(full))
    expect(await readdir(dir)).toEqual(['report.html'])
    await rm(dir, { recursive: true })
    await expect(writeReport({ path, run: full })).rejects.toMatchObject({
      name: 'StorageError',
      message: `the report could not be written: ENOENT: no such file or directory, open '${path}.tmp'`,
    })
  })
})

describe('summaryText', () => {
  it('tells the same for a terminal', () => {
    expect(summaryText(full)).toBe(`tiny finished
10 of 10 steps · 41.0 k tokens in 2.5 s · 16,384 tokens/s · 812 MB at most · cpu

held-out text   loss   perplexity   bits per byte
step 0          8.30        4,024            3.50
step 10         6.10          446            2.57
  uniform       8.32        4,097            3.51
  unigram       6.41          608            2.70
  bigram        5.32          204            2.24

It has begun to use context.

What training changed
                   parameters   gradient norm   distance from start   of norm there
token embeddings      524,288           0.412                  18.2           126 %
norms                   2,304               –                  1.90               –
`)
  })

  it('is short when there is little to tell', () => {
    expect(summaryText(empty)).toBe(
      'tiny stopped\n0 of 10 steps · 0 tokens in 0.0 s · 0 tokens/s · 0 B at most · cpu\n',
    )
  })

  it('has colours only where they are wanted', () => {
    expect(summaryText(full, { color: true })).toContain('\u001b[1mtiny\u001b[22m')
    expect(summaryText(full)).not.toContain('\u001b')
  })
})
