import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { project, tiny } from './testing/project.ts'

// The command as it is installed, in processes of its own: bin/pipeline.js over the built dist.
const bin = fileURLToPath(new URL('../bin/pipeline.js', import.meta.url))
const endless = { train: { ...tiny.train, steps: 1_000_000, evaluateEvery: 1_000_000 } }

interface Viewed {
  readonly child: ChildProcess
  readonly written: { out: string; err: string }
  readonly done: Promise<number | null>
  /** What opens the page. */
  readonly url: URL
}

/** A run with its page, once there is a link to it. */
async function viewed(cwd: string, ...argv: string[]): Promise<Viewed> {
  const child = spawn(process.execPath, [bin, 'run', 'config.json', '--view', ...argv], { cwd })
  const written = { out: '', err: '' }
  child.stdout.on('data', chunk => {
    written.out += chunk
  })
  child.stderr.on('data', chunk => {
    written.err += chunk
  })
  const done = new Promise<number | null>(resolve => child.on('close', resolve))
  const link = () => /^View the run: (\S+)$/m.exec(written.out + written.err)?.[1]
  await expect.poll(link, { timeout: 120_000 }).toBeDefined()
  return { child, written, done, url: new URL(link()!) }
}

/** Follows the link: what proves who one is from then on. */
async function enter(url: URL): Promise<{ cookie: string }> {
  const { status, headers } = await fetch(url, { redirect: 'manual' })
  expect(status).toBe(303)
  return { cookie: headers.get('set-cookie')!.split(';')[0]! }
}

async function stateOf({ origin }: URL, headers: { cookie: string }): Promise<string> {
  const { runs } = (await (await fetch(`${origin}/api/runs`, { headers })).json()) as { runs: { state: string }[] }
  return runs[0]!.state
}

const gone = ({ origin }: URL) =>
  fetch(origin).then(
    () => 'there',
    error => (error as { cause: { code: string } }).cause.code,
  )

test('run --view: a page on this machine alone, for who has the link, until the run is over', async () => {
  const { folder } = await project(endless)
  const { child, written, done, url } = await viewed(folder)
  expect(url.hostname).toBe('127.0.0.1')
  expect(url.searchParams.get('token')).toMatch(/^[\w-]{32}$/)
  expect((await fetch(url.origin)).status).toBe(401)
  expect((await fetch(`${url.origin}/api/runs`)).status).toBe(401)
  const headers = await enter(url)
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(401)
  await expect.poll(() => stateOf(url, headers), { timeout: 120_000 }).toBe('training')

  // What needs no weights is answered while it trains; what does is not, unless it is asked for.
  const post = { method: 'POST', headers: { ...headers, origin: url.origin, 'content-type': 'application/json' } }
  const ask = (path: string, params: object) =>
    fetch(`${url.origin}/api/inspect/${path}`, { ...post, body: JSON.stringify(params) })
  expect((await ask('tokens', { text: 'the whale' })).status).toBe(200)
  expect((await ask('embeddings', {})).status).toBe(409)
  // The first checkpoint may still be on its way to the disk.
  await expect.poll(async () => (await ask('embeddings?while=training', {})).status).toBe(200)

  child.kill('SIGINT')
  expect(await done).toBe(130)
  expect(written.err).toContain('stopping after a checkpoint is written')
  expect(written.out).toContain('\ntiny stopped\n')
  await expect.poll(() => gone(url), { timeout: 120_000 }).toBe('ECONNREFUSED')
})

test.skipIf(process.platform === 'win32')('the page ends with a run that is killed', async () => {
  const { folder } = await project(endless)
  const { child, done, url } = await viewed(folder)
  await enter(url)
  child.kill('SIGKILL')
  await done
  await expect.poll(() => gone(url), { timeout: 120_000 }).toBe('ECONNREFUSED')
})

test('with --json the link is told beside the events, and the run ends as it would', async () => {
  const { folder } = await project()
  const { written, done, url } = await viewed(folder, '--json')
  expect(await done).toBe(0)
  expect(written.err).toContain(`View the run: ${url}`)
  for (const line of written.out.trimEnd().split('\n')) JSON.parse(line)
  await expect.poll(() => gone(url), { timeout: 120_000 }).toBe('ECONNREFUSED')
})
