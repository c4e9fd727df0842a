import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '@sluice/pipeline'
import { afterEach } from 'vitest'
import { loadRecipe } from '../load-recipe.ts'
import { type RunOptions, startRun } from '../start-run.ts'
import type { RunSummary } from '../summary.ts'

/** A folder that is gone when the test is over. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-recipe-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** Some text that has something to learn, of about `sentences` * 40 bytes; the same each time. */
export function story(sentences: number, beginning = 0): string {
  const who = ['the captain', 'a sailor', 'the white whale', 'my old friend', 'the carpenter']
  const what = ['saw', 'followed', 'feared', 'spoke to', 'waited for']
  const text = Array.from({ length: sentences }, (_, n) => {
    const i = n + beginning
    return `${who[(i * 7) % 5]} ${what[(i * 3 + (i >> 2)) % 5]} ${who[(i * i + 2) % 5]} at number ${i}.`
  })
  return `${text.join('\n')}\n`
}

/** The smallest run that does everything: two dozen kilobytes of text, a model of a few thousand numbers. */
export const tinyConfig = {
  name: 'tiny',
  seed: 7,
  sources: [{ use: 'text', path: 'corpus/*.txt' }],
  tokenizer: { use: 'bpe', vocabSize: 300 },
  data: { blockSize: 16, batchSize: 4, shuffle: '4kB', evaluation: { share: 0.1, by: 'tail', tokens: 500 } },
  model: { use: 'gpt2', layers: 1, width: 16, heads: 2, dropout: 0.1 },
  train: { backend: 'cpu', steps: 8, learningRate: 1e-2, warmup: 2, evaluateEvery: 4, sample: { tokens: 4 } },
  checkpoint: { every: 4, keep: 9, early: [2], formats: ['safetensors'] },
}

/** Writes a config and its corpus, where that is not there yet: a run that goes on tells of files of another date. */
export async function writeTiny(folder: string, changes: object = {}): Promise<string> {
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(folder, 'corpus'), { recursive: true })
  await written(join(folder, 'corpus', 'a.txt'), story(300))
  await written(join(folder, 'corpus', 'b.txt'), story(200, 1000))
  const file = join(folder, 'config.json')
  await writeFile(file, JSON.stringify({ ...tinyConfig, ...changes }))
  return file
}

async function written(path: string, text: string): Promise<void> {
  if (!existsSync(path) || (await readFile(path, 'utf8')) !== text) await writeFile(path, text)
}

/** Runs a config to its end, and gives all its events. */
export async function runTiny(
  file: string,
  options: Partial<RunOptions> & Pick<RunOptions, 'runsDir'>,
  listen: (event: RunEvent) => void = () => {},
): Promise<{ summary: RunSummary; events: RunEvent[] }> {
  const run = startRun({ ...(await loadRecipe(file)), mode: 'create', ...options })
  const events: RunEvent[] = []
  run.events$.subscribe(event => {
    events.push(event)
    listen(event)
  })
  return { summary: await run.done, events }
}
