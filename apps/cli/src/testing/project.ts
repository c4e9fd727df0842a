import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { main } from '../main.ts'
import { type TestConsole, testConsole } from './console.ts'

/** The smallest run that does everything. */
export const tiny = {
  name: 'tiny',
  sources: [{ use: 'text', path: 'corpus/*.txt' }],
  tokenizer: { use: 'bpe', vocabSize: 280 },
  data: { blockSize: 8, batchSize: 2, shuffle: '1kB', evaluation: { share: 0.1, by: 'tail', tokens: 100 } },
  model: { use: 'gpt2', layers: 1, width: 8, heads: 1 },
  train: { backend: 'cpu', steps: 4, learningRate: 1e-2, sample: { prompt: 'the', tokens: 3 } },
  checkpoint: { every: 2, early: [1] },
}

export interface Project {
  readonly folder: string
  write(name: string, content: string | object): Promise<void>
  /** Runs the command as a shell in the project's folder would. */
  pipeline(...argv: string[]): Promise<{ code: number; out: string; err: string }>
  /** The same, and the console while it goes on. */
  start(argv: readonly string[], options?: { tty?: boolean }): { console: TestConsole; done: Promise<number> }
}

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A folder with `config.json` and a corpus, gone when the test is over. */
export async function project(changes: object = {}): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  folders.push(folder)
  const write = async (name: string, content: string | object) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await write('config.json', { ...tiny, ...changes })
  await write('corpus/a.txt', Array.from({ length: 120 }, (_, i) => `the whale number ${i} swims\n`).join(''))
  const start: Project['start'] = (argv, options = {}) => {
    const console = testConsole({ cwd: folder, ...options })
    return { console, done: main(argv, console) }
  }
  return {
    folder,
    write,
    start,
    async pipeline(...argv) {
      const { console, done } = start(argv)
      return { code: await done, out: console.out(), err: console.err() }
    },
  }
}
