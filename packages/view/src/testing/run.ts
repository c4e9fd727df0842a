import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadRecipe, startRun, withChanges } from '@sluice/recipe'

export interface TestRun {
  /** Holds the run, and may hold others. */
  readonly runs: string
  readonly path: string
  dispose(): Promise<void>
}

/** What a document may hold to do harm, or to look harmful. */
export const nasty = {
  script: '<script>globalThis.ran = true</script><img src=x onerror="globalThis.ran = true">',
  rightToLeft: 'שלום עולם \u202eevil\u202c',
  control: 'bell \u0007 escape \u001b[31m null \u0000 end',
}

/** A run of two sources with everything a page shows of one: a model of some thousand numbers, trained in a second or two. */
export async function tinyRun(
  changes: { steps?: number; name?: string; runs?: string; masked?: boolean } = {},
): Promise<TestRun> {
  const folder = changes.runs ?? (await mkdtemp(join(tmpdir(), 'sluice-view-')))
  const corpus = join(folder, 'corpus')
  await mkdir(corpus, { recursive: true })
  const lines = (of: (i: number) => string, count: number) => Array.from({ length: count }, (_, i) => of(i)).join('\n')
  const sentence = (i: number) =>
    `the captain number ${i} saw the white whale and the ${['old', 'young', 'tall'][i % 3]} sailor.`
  await writeFile(join(corpus, 'a.txt'), lines(sentence, 300))
  const documents = Array.from({ length: 80 }, (_, i) => ({ id: `doc-${i}`, text: lines(j => sentence(i * 7 + j), 4) }))
  const odd = Object.entries(nasty).map(([name, text]) => ({
    id: `${name} ${text}`,
    text: `${text} ${sentence(1)} ${text}`.repeat(4),
  }))
  const again = documents.slice(0, 5).map(({ id, text }) => ({ id: `${id}-again`, text }))
  await writeFile(
    join(corpus, 'b.jsonl'),
    [...documents, ...odd, ...again].map(document => JSON.stringify(document)).join('\n'),
  )
  const { steps = 12, name = 'tiny', masked = false } = changes
  const config = {
    name,
    seed: 7,
    sources: [
      { use: 'text', path: 'corpus/*.txt', id: 'book', weight: 2 },
      { use: 'jsonl', path: 'corpus/*.jsonl', id: 'notes', weight: 1 },
    ],
    refine: [{ use: 'dedup' }],
    tokenizer: { use: masked ? 'wordpiece' : 'bpe', vocabSize: 300 },
    data: { blockSize: 32, batchSize: 4, shuffle: '4kB', evaluation: { share: 0.1, by: 'tail', tokens: 500 } },
    model: { use: masked ? 'bert' : 'gpt2', layers: 2, width: 16, heads: 2, dropout: 0 },
    train: {
      backend: 'cpu',
      steps,
      learningRate: 1e-2,
      warmup: 2,
      evaluateEvery: 4,
      sampleEvery: 4,
      sample: { prompt: masked ? 'the white [MASK]' : 'the white', tokens: 6 },
      blame: true,
    },
    checkpoint: { every: 4, keep: 9, early: [2], formats: ['safetensors'] },
  }
  const file = join(folder, `${name}.json`)
  await writeFile(file, JSON.stringify(config))
  const runs = join(folder, 'runs')
  await startRun({ ...(await loadRecipe(file)), runsDir: runs, mode: 'create' }).done
  return { runs, path: join(runs, name), dispose: () => rm(folder, { recursive: true, force: true }) }
}

/** What `npm start` trains, as large as it is for plain JavaScript, and only for some steps. */
export async function quickstartRun(steps: number): Promise<TestRun> {
  const runs = await mkdtemp(join(tmpdir(), 'sluice-view-'))
  const loaded = await loadRecipe(fileURLToPath(new URL('../../../../recipes/quickstart.json', import.meta.url)))
  const config = withChanges(loaded.config, { train: { backend: 'cpu', steps } })
  await startRun({ ...loaded, config, runsDir: runs, mode: 'create' }).done
  return { runs, path: join(runs, 'quickstart'), dispose: () => rm(runs, { recursive: true, force: true }) }
}
