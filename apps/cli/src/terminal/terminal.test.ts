import type { RunEvent, StageCounters } from '@sluice/pipeline'
import type { RunSummary } from '@sluice/recipe'
import picocolors from 'picocolors'
import { expect, test } from 'vitest'
import { bottleneck } from './bottleneck.ts'
import { coloursFor } from './colours.ts'
import { bytes, clip, count, duration } from './format.ts'
import { liveView } from './live.ts'
import { nextCommands } from './next.ts'
import { plainView } from './plain.ts'
import { printable } from './printable.ts'
import { trackProgress } from './progress.ts'

const colours = picocolors.createColors(false)

function metric(step: number, loss: number, tokens = 100): RunEvent {
  return { type: 'metric', step, values: { loss, tokens } }
}

function counters(busy: Record<string, number>, kinds: Record<string, StageCounters['kind']> = {}): StageCounters[] {
  const none = { rows: 0, bytes: 0, frames: 0, waitingForInput: 0, waitingForOutput: 0, held: 0, mostHeld: 0 }
  return Object.entries(busy).map(([id, seconds]) => ({ ...none, id, kind: kinds[id] ?? 'stage', busy: seconds }))
}

test('numbers at a glance', () => {
  expect([0, 999, 1234, 12_345, 123_456, 999_600, 1.5e6, 2e9, Number.NaN].map(count)).toEqual([
    '0',
    '999',
    '1.23k',
    '12.3k',
    '123k',
    '1.00M',
    '1.50M',
    '2.00G',
    '-',
  ])
  expect([0, 59.4, 60, 187, 3729, Number.NaN].map(duration)).toEqual(['0 s', '59 s', '1:00', '3:07', '1:02:09', '-'])
  expect([12, 1500, 12e6, 3.25e9].map(bytes)).toEqual(['12 B', '2 kB', '12 MB', '3.25 GB'])
  expect([clip('abcdef', 6), clip('abcdef', 5)]).toEqual(['abcdef', 'abcd…'])
})

test('what holds a run up, in words, of the time between two moments', () => {
  const kinds = { books: 'source', checkpoint: 'sink' } as const
  const at = (seconds: number, busy: Record<string, number>) =>
    counters(busy, kinds).map(each => ({ ...each, waitingForInput: seconds - each.busy }))
  const start = at(5, { books: 5, tokenize: 5, train: 5, checkpoint: 5 })
  const after = (books: number, tokenize: number, train: number, checkpoint: number) =>
    bottleneck(at(15, { books, tokenize, train, checkpoint }), start)
  expect(bottleneck(start, start)).toBeUndefined()
  expect(bottleneck([], [])).toBeUndefined()
  expect(after(5.1, 5.1, 14.5, 5)).toBe('train is the bottleneck, as it should be: 95 % busy')
  // What would help hangs on the machine's cores.
  expect(after(13, 5.1, 7, 5)).toMatch(/^books is the bottleneck: 80 % busy; train waits for input 80 % of the time/)
  expect(after(5.1, 12.1, 7, 5)).toMatch(
    /^tokenize is the bottleneck: 71 % busy; train waits for input 80 % of the time/,
  )
})

test('speed and time left come from the clock, and forget the beginning', () => {
  let now = 0
  const progress = trackProgress(() => now)
  progress.update({ type: 'note', stage: 'recipe', message: '', values: { steps: 100 } })
  progress.update({ type: 'preparing', what: 'tokenizer', detail: 'bpe', share: 0.5 })
  expect(progress.current).toEqual({ steps: 100, preparing: { what: 'tokenizer', detail: 'bpe', share: 0.5 } })
  progress.update(metric(1, 5))
  expect(progress.current).toEqual({ steps: 100, step: 1, loss: 5 })
  now = 10
  progress.update(metric(2, 4))
  expect(progress.current).toMatchObject({ step: 2, loss: 4, tokensPerSecond: 10, secondsLeft: 980 })
  for (let step = 3; step <= 60; step++) {
    now += 0.5
    progress.update(metric(step, 3))
  }
  expect(progress.current.tokensPerSecond).toBeCloseTo(200)
  expect(progress.current.secondsLeft).toBeCloseTo(20)
})

test('what is under way is named by those who hold it', () => {
  const progress = trackProgress(() => 0)
  const held = { books: 0, shuffle: 16e6, pack: 900, train: 4e6 }
  const told = counters({ books: 1, shuffle: 1, pack: 1, train: 1 }).map(each => ({
    ...each,
    held: held[each.id as keyof typeof held],
  }))
  progress.update({ type: 'progress', counters: told, bytesInFlight: 7 })
  expect(progress.current.holding).toEqual({
    bytes: 20_000_900,
    parts: [
      { id: 'shuffle', bytes: 16e6 },
      { id: 'train', bytes: 4e6 },
    ],
  })
  let out = ''
  const output = { write: (text: string) => (out += text), writeBytes: async () => {}, isTTY: true, columns: 120 }
  let at = 0
  const view = liveView({ out: output, colours, now: () => at++, memory: () => 5e8 })
  view.event({ type: 'progress', counters: told, bytesInFlight: 7 })
  view.event(metric(1, 5))
  expect(out).toContain('memory 500 MB, 20 MB of it under way (shuffle 16 MB, train 4 MB)')
})

test('plain lines: at most one of progress in ten seconds, and every event that stays', () => {
  let now = 0
  let out = ''
  const view = plainView({
    out: { write: text => (out += text), writeBytes: async () => {}, isTTY: false, columns: 80 },
    colours,
    now: () => now,
  })
  view.event({ type: 'preparing', what: 'tokenizer', detail: '10 merges' })
  view.event({ type: 'preparing', what: 'tokenizer', detail: '20 merges' })
  for (let step = 1; step <= 12; step++) {
    view.event(metric(step, 6 - step / 10))
    now++
  }
  view.event({ type: 'warning', stage: 'books', message: 'odd bytes' })
  view.event({ type: 'sample', step: 12, prompt: 'The', text: ' whale\n\n \u0007sank' })
  view.end()
  expect(out).toBe(
    [
      'tokenizer: 10 merges',
      'step 1: loss 5.900',
      'step 11: loss 4.900, 100 tokens/s',
      'warning: books: odd bytes',
      'step 12: The whale \uFFFDsank',
      '',
    ].join('\n'),
  )
})

test('what a terminal would obey is not shown to it', () => {
  expect(printable('a\u001b[2Jb\tc\nd\u009be\u0000')).toBe('a\uFFFD[2Jb\tc\nd\uFFFDe\uFFFD')
})

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '0' }, false],
])('colours: terminal %s, %j -> %s', (isTTY, env, expected) => {
  expect(coloursFor({ write: () => {}, writeBytes: async () => {}, isTTY, columns: 80 }, env).isColorSupported).toBe(
    expected,
  )
})

test('the next commands can be pasted', () => {
  const sample = { step: 50, prompt: 'Say "$HOME"\n', text: '' }
  const figures = { parameters: 1, step: 50, steps: 50, tokens: 1, seconds: 1, tokensPerSecond: 1, peakMemory: 1 }
  const lists = { notes: [], evaluations: [], changes: [] }
  const place = { name: 'b c', path: '/work/my runs/b c', backend: '' }
  const summary: RunSummary = { outcome: 'finished', ...place, ...figures, ...lists, sample }
  const console = { cwd: '/work', env: {} }
  const options = { config: 'c.json', name: 'b c', runsDir: 'my runs', console }
  expect(nextCommands(summary, options)).toEqual([
    'pipeline generate "my runs/b c" --prompt "Say \\"\\$HOME\\""',
    'pipeline run c.json --resume --name "b c" --runs-dir "my runs" --steps 100',
  ])
  const inNpm = nextCommands(
    { ...summary, outcome: 'stopped' },
    { ...options, name: undefined, console: { ...console, env: { npm_execpath: 'npm' } } },
  )
  expect(inNpm[1]).toBe('npx pipeline run c.json --resume --runs-dir "my runs"')
  expect(nextCommands({ ...summary, step: 0 }, options)).toEqual([])
})
