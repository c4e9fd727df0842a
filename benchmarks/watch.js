// What watching costs a run: the quickstart is trained without and with a page that follows it, in turn; each time the middle of its
// tokens per second, and the processor's time that the page's server took beside it (the reader of its stream included).
// usage: node benchmarks/watch.js [steps, 300] [pairs, 2]
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serveView } from '@sluice/view'

const [steps = 300, pairs = 2] = process.argv.slice(2).map(Number)
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'sluice-watch-'))
try {
  const rates = { plain: [], watched: [] }
  for (let pair = 0; pair < pairs; pair++) {
    for (const how of ['plain', 'watched']) {
      const { rate, share, messages } = await trained(how === 'watched')
      rates[how].push(rate)
      const beside =
        how === 'watched' ? `; ${(share * 100).toFixed(2)} % of a core for the server, ${messages} messages` : ''
      process.stdout.write(`${how.padEnd(8)} ${Math.round(rate)} tokens/s${beside}\n`)
    }
  }
  const [plain, watched] = [middle(rates.plain), middle(rates.watched)]
  process.stdout.write(`watching costs ${((1 - watched / plain) * 100).toFixed(2)} % of the speed\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Trains once, and tells how fast it was after its first steps. */
async function trained(watch) {
  const name = 'watch'
  const words = ['run', 'recipes/quickstart.json', '--overwrite', '--name', name, '--steps', String(steps)]
  const child = spawn(process.execPath, ['apps/cli/bin/pipeline.js', ...words, '--runs-dir', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let over = false
  const ended = new Promise(resolve =>
    child.on('exit', code => {
      over = true
      resolve(code)
    }),
  )
  const log = join(folder, name, 'metrics.jsonl')
  const begun = () => existsSync(log) && readFileSync(log, 'utf8').includes('"type":"metric"')
  while (watch && !over && !begun()) await setTimeout(200)
  const server = watch ? await serveView({ runs: [join(folder, name)] }) : undefined
  const reading = server && (await followed(server))
  // What opening costs, its threads among it, is over by then.
  if (watch) await setTimeout(4000)
  const from = { at: performance.now(), cpu: process.cpuUsage() }
  if ((await ended) !== 0) throw new Error('the run failed')
  const { user, system } = process.cpuUsage(from.cpu)
  const share = (user + system) / 1000 / (performance.now() - from.at)
  const messages = await reading?.stop()
  await server?.close()
  const events = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const metrics = events.filter(({ type, step }) => type === 'metric' && step > 20)
  return { rate: middle(metrics.map(({ values }) => values.tokens_per_second)), share, messages }
}

/** Enters as a browser does, and reads the stream. */
async function followed({ url, address }) {
  const entered = await fetch(url, { redirect: 'manual' })
  const cookie = entered.headers.get('set-cookie').split(';')[0]
  const stopping = new AbortController()
  const { body } = await fetch(`${address}api/events`, { headers: { cookie }, signal: stopping.signal })
  let messages = 0
  const read = (async () => {
    const decoder = new TextDecoder()
    for await (const piece of body) messages += decoder.decode(piece, { stream: true }).split('data: ').length - 1
  })().catch(error => {
    if (error.name !== 'AbortError') throw error
  })
  return {
    async stop() {
      stopping.abort()
      await read
      return messages
    },
  }
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
