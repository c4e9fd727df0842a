import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Inside } from '../inside/inside.ts'
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

const token = (id: number, text: string) => ({ id, text })
const neighbors = {
  step: 10,
  token: token(3, ' whale'),
  norm: 1,
  mean: 0,
  neighbors: [{ ...token(4, ' ship'), similarity: 0.75 }],
}
const map = {
  step: 10,
  basis: 10,
  dimensions: 2,
  tokens: [token(3, ' whale'), token(4, ' ships'), token(5, ' ocean'), token(6, ' water')],
  points: [1, 1, -1, 1, 1, -1, -1, -1],
  norms: [1, 1, 1, 1],
  explained: [0.3, 0.2],
  rows: 300,
}

/** What a look inside a model of one layer and one head shows. */
const inside: Inside = {
  tokens: {
    tokenizer: 'tiny',
    tokens: [
      { ...token(1, 'the'), bytes: [116, 104, 101] },
      { ...token(3, ' whale'), bytes: [32] },
    ],
    total: 2,
    bytes: 9,
    bytesPerToken: 4.5,
  },
  map: {
    first: { ...map, step: 0, points: [0, 0, 0, 0, 0, 0, 0, 0] },
    last: map,
    moved: [{ first: { ...neighbors, step: 0 }, last: neighbors }],
  },
  positions: {
    step: 10,
    kind: 'learned',
    positions: 2,
    channels: 1,
    everyPosition: 4,
    everyChannel: 1,
    encoding: [0, 0],
    similarity: [1, -0.5, -0.5, 1],
    distances: [0, 4],
    byDistance: [1, -0.5],
  },
  attention: {
    step: 10,
    tokens: [token(1, 'the'), token(3, ' whale')],
    total: 2,
    layers: 1,
    heads: 1,
    causal: true,
    maps: [{ layer: 0, head: 0, weights: [1, 0, 0.25, 0.75] }],
  },
  heads: {
    step: 10,
    tokens: 500,
    text: 'evaluation',
    patterns: ['previous token'],
    heads: [{ layer: 0, head: 0, label: 'previous token', score: 0.6, chance: 0.1, scores: [] }],
  },
  lens: {
    step: 10,
    tokens: [token(1, 'the')],
    total: 1,
    targets: [token(3, ' whale')],
    rows: [
      { layer: 0, cells: [{ top: [{ ...token(1, 'the'), probability: 0.02 }], entropy: 1 }] },
      { layer: 1, cells: [{ top: [{ ...token(3, ' whale'), probability: 0.5 }], entropy: 1 }] },
    ],
  },
  weights: {
    steps: [0, 10],
    tensors: [],
    groups: [
      {
        name: 'attention',
        group: 'attention',
        count: 9,
        norm: [1, 2],
        mean: [0, 0],
        spread: [1, 1],
        change: [0, 1.5],
        relative: [0, 1.5],
      },
    ],
  },
  ablation: {
    step: 10,
    tokens: 480,
    loss: 6,
    atStart: 8,
    parts: [{ part: 'attention', parameters: 1234, loss: 7.25, increase: 1.25 }],
  },
  blame: {
    documents: [{ doc_id: 'a.txt#1', source: 'text', tokens: 99, loss: 9.1, excess: 2.5, steps: [1] }],
    sources: [{ source: 'text', documents: 1, tokens: 99, loss: 9.1, excess: 2.5 }],
  },
  leftOut: ['How a prediction grows: it is too large'],
}

describe('renderReport', () => {
  it('has still pictures of a look inside', () => {
    const text = renderReport({ ...full, inside })
    expect(text.match(/<svg role="img"/g)).toHaveLength(7 + 2 + 3 + 1 + 2)
    expect(text).toContain('Map of the vocabulary at step 0</title>')
    expect(text).toMatch(/<th scope="row"><bdi>·whale<\/bdi><\/th><td><bdi>·ship<\/bdi> 0\.750<\/td>/)
    // Positions: itself in full colour, the other in half of the other colour.
    expect(text).toContain(
      '<path class="s8" d="M0 0h1v1h-1zM1 1h1v1h-1z"/><path class="s4 minus" d="M1 0h1v1h-1zM0 1h1v1h-1z"/>',
    )
    // A head: all to the first, then a quarter and three quarters.
    expect(text).toContain(
      '<path class="s8" d="M0 0h1v1h-1z"/><path class="s2" d="M0 1h1v1h-1z"/><path class="s6" d="M1 1h1v1h-1z"/>',
    )
    expect(text).toContain('previous token 60 % (10 %)')
    expect(text).toContain('<td class="s4" title="50 %"><bdi class="right">·whale</bdi></td>')
    expect(text).toContain('<th scope="row">attention</th><td>0 %</td><td>150 %</td>')
    expect(text).toMatch(/<th scope="row">attention<\/th><td>\+1\.25 .*<\/td><td>7\.25<\/td><td>1\.23 k<\/td>/)
    expect(text).toMatch(/a\.txt#1<\/bdi><\/th><td>99<\/td><td>9\.10<\/td><td>\+2\.50<\/td>/)
    expect(text).toContain('<li>How a prediction grows: it is too large</li>')
  })

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
      inside: written(inside, evil),
    })
    expect(text).not.toMatch(/<script|alert\('/)
    expect(text.match(/<\/style>/g)).toHaveLength(1)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cs}\p{Cc}]/u)
    // Tokens show their white space, and all else that cannot be seen.
    expect(text).toContain('&amp;&quot;␀␛[1m\ufffd</bdi>')
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

/** The same with a text in place of every text but those that are ours. */
function written<T>(value: T, text: string): T {
  if (Array.isArray(value)) return value.map(each => written(each, text)) as T
  if (typeof value === 'string') return text as T
  if (typeof value !== 'object' || value === null) return value
  const ours = new Set(['kind', 'label', 'pattern'])
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, ours.has(key) ? each : written(each, text)]),
  ) as T
}

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
