import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { project, tiny } from './testing/project.ts'

// The command as it is installed: bin/pipeline.js over the built dist.
const bin = fileURLToPath(new URL('../bin/pipeline.js', import.meta.url))

function started(cwd: string, ...argv: string[]) {
  return startedBy([], cwd, ...argv)
}

function startedBy(flags: readonly string[], cwd: string, ...argv: string[]) {
  const child: ChildProcess = spawn(process.execPath, [...flags, bin, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { out: '', err: '' }
  child.stdout!.on('data', chunk => {
    written.out += chunk
  })
  child.stderr!.on('data', chunk => {
    written.err += chunk
  })
  const done = new Promise<{ code: number | null; out: string; err: string }>(resolve =>
    child.on('close', code => resolve({ code, ...written })),
  )
  return { child, written, done }
}

test('a run', async () => {
  const { folder } = await project()
  const { code, out, err } = await started(folder, 'run', 'config.json').done
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('tiny finished')
})

test.skipIf(process.platform === 'win32')('Ctrl-C writes a checkpoint and ends with 130', async () => {
  const { folder, pipeline } = await project({ train: { ...tiny.train, steps: 1_000_000 } })
  const { child, written, done } = started(folder, 'run', 'config.json')
  while (!written.out.includes('step 1/')) await new Promise(resolve => setTimeout(resolve, 10))
  child.kill('SIGINT')
  const { code, err } = await done
  expect([code, err]).toEqual([
    130,
    'pipeline: stopping after a checkpoint is written; press Ctrl-C again to end at once\n',
  ])
  expect((await pipeline('generate', 'runs/tiny', '--prompt', 'the', '--max-tokens', '2')).code).toBe(0)
})

test.skipIf(process.platform === 'win32')('a reader that goes away is no error', async () => {
  const { folder } = await project()
  const { child, done } = started(folder, 'run', 'config.json', '--json')
  child.stdout!.once('data', () => child.stdout!.destroy())
  const { code, err } = await done
  expect([code, err]).toEqual([0, ''])
})

test('a wrong input: one line, its exit code', async () => {
  const { folder } = await project()
  const { code, out, err } = await started(folder, 'run', 'none.json').done
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^pipeline: .*none\.json: there is no such file\n$/)
})

/** Tells what V8 is told while the program goes on. */
const telling = `
  import v8 from 'node:v8'
  import { syncBuiltinESMExports } from 'node:module'
  const set = v8.setFlagsFromString
  v8.setFlagsFromString = flag => {
    process.stderr.write(flag)
    set(flag)
  }
  syncBuiltinESMExports()
`

test("V8 collects less often, unless the user's own flag says how often", async () => {
  const { folder } = await project()
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(telling)}`]
  expect((await startedBy(flags, folder, 'run', 'config.json').done).err).toBe('--heap-growing-percent=300')
  const own = startedBy(['--heap-growing-percent=50', ...flags], folder, 'run', 'config.json', '--overwrite')
  expect((await own.done).err).toBe('')
})
