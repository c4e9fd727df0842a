import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadRecipe, startRun, summaryText, withChanges } from '@sluice/recipe'
import { afterAll, beforeAll, expect, test } from 'vitest'

let runsDir: string
beforeAll(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'sluice-mixed-'))
})
afterAll(() => rm(runsDir, { recursive: true, force: true }))

test('recipes/mixed.json trains on its mix, and tells shares, drops and bytes per token', async () => {
  const loaded = await loadRecipe(fileURLToPath(new URL('../recipes/mixed.json', import.meta.url)))
  const config = withChanges(loaded.config, {
    tokenizer: { trainOn: '200kB' },
    data: { evaluation: { tokens: 320 } },
    train: { backend: 'cpu', steps: 8, evaluateEvery: 8, sampleEvery: 8 },
  })
  const run = startRun({ ...loaded, config, runsDir, mode: 'create' })
  const { sources = [], refined = [], ...summary } = await run.done
  expect(summary.outcome).toBe('finished')

  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0)
  expect(sources.map(({ source }) => source).sort()).toEqual(['books', 'news', 'social', 'wiki'])
  for (const source of sources) {
    // Frames are up to 1 MiB: over so few steps shares are only roughly those asked for.
    expect(source.bytes / bytes).toBeGreaterThan((source.asked ?? 1) / 3)
    expect(source.bytes / source.tokens).toBeGreaterThan(1)
    expect(source.documents).toBeGreaterThan(0)
  }
  expect(refined.map(({ stage }) => stage)).toEqual(['normalize-1', 'quality-2', 'dedup-3', 'pii-4'])
  const [, quality, dedup, pii] = refined
  // The correction and tomorrow's weather; the item that stands twice in the feed.
  expect(quality!.sources.news!.dropped).toHaveProperty('gopher: too few words')
  expect(dedup!.sources.news!.dropped.duplicate).toBeGreaterThan(0)
  expect(pii!.sources.news!.changed).toMatchObject({ 'e-mail addresses': expect.any(Number) })

  expect(summaryText({ ...summary, sources, refined, summary })).toMatch(
    /\nbooks .*\n[\s\S]*Refining dropped \d+ of \d+/,
  )
  const report = await readFile(join(runsDir, 'mixed/report.html'), 'utf8')
  for (const told of ['What it was trained on', 'gopher: too few words', 'bytes per token', 'duplicate']) {
    expect(report).toContain(told)
  }
})
