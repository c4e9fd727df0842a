import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunMessage, RunView } from '../protocol.ts'
import { type TestRun, tinyRun } from '../testing/run.ts'
import { serveView, type ViewServer } from './serve.ts'

let run: TestRun
let server: ViewServer
let cookie: string
let scratch: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sluice-serve-'))
  run = await tinyRun()
  server = await serve([run.path])
  cookie = await enter(server)
})
afterAll(async () => {
  await server?.close()
  await run?.dispose()
  rmSync(scratch, { recursive: true, force: true })
})

const serve = (runs: string[], wait = false) => serveView({ runs, wait, open: { backend: 'cpu' } })

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** As a client that says exactly this: `fetch` would set Host itself and tidy the path. */
function ask(
  { address }: ViewServer,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port, host } = new URL(address)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: { host, ...headers }, agent: false }, response => {
      const pieces: Buffer[] = []
      response.on('data', piece => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function enter(server: ViewServer): Promise<string> {
  const { searchParams } = new URL(server.url)
  const { headers } = await ask(server, `/?token=${searchParams.get('token')}`)
  return headers['set-cookie']![0]!.split(';')[0]!
}

function inspect(name: string, params: object, search = ''): Promise<Answer> {
  const headers = { cookie, origin: new URL(server.address).origin, 'content-type': 'application/json' }
  return ask(server, `/api/inspect/${name}${search}`, { method: 'POST', headers, body: JSON.stringify(params) })
}

/** The first messages of a stream. */
function messages(server: ViewServer, cookie: string, count: number, search = ''): Promise<RunMessage[]> {
  const { hostname, port, host } = new URL(server.address)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: `/api/events${search}`, headers: { host, cookie } }, response => {
      let text = ''
      response.on('data', piece => {
        text += piece
        const found = text.split('\n\n').filter(part => part.startsWith('data: '))
        if (found.length < count) return
        sent.destroy()
        resolve(found.slice(0, count).map(part => JSON.parse(part.slice(6))))
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function viewOf(path: string, wait = false): Promise<RunView> {
  const other = await serve([path], wait)
  try {
    const [message] = await messages(other, await enter(other), 1)
    return message!.view as RunView
  } finally {
    await other.close()
  }
}

test('the link opens the page once; without it nothing is told', async () => {
  const fresh = await serve([run.path])
  const token = new URL(fresh.url).searchParams.get('token')
  for (const path of ['/', '/index.html', '/api/runs', '/api/events', '/?token=wrong', '/?token=']) {
    const { status, body } = await ask(fresh, path)
    expect(status).toBe(401)
    expect(body).toMatch(/^This link was used already, or is not whole\./)
  }
  const entered = await ask(fresh, `/?token=${token}`)
  expect(entered).toMatchObject({ status: 303, headers: { location: '/' } })
  expect(entered.headers['set-cookie']![0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
  expect((await ask(fresh, `/?token=${token}`)).status).toBe(401)
  const own = { cookie: entered.headers['set-cookie']![0]!.split(';')[0]! }
  expect((await ask(fresh, '/', { headers: own })).body).toContain('<div id="page">')
  // Whoever is in may follow an old link.
  expect((await ask(fresh, `/?token=${token}`, { headers: own })).status).toBe(303)
  await fresh.close()
})

test('every answer carries the policy', async () => {
  for (const path of ['/', '/nothing', '/api/runs', '/api/nothing']) {
    for (const headers of [{ cookie }, {}, { cookie, host: 'evil.example' }] as Record<string, string>[]) {
      const answer = await ask(server, path, { headers })
      expect(answer.headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      )
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  }
  const { body } = await ask(server, '/', { headers: { cookie } })
  expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?:\/\//)
})

test('other names, other pages and other sites are refused', async () => {
  expect(await ask(server, '/api/runs', { headers: { cookie, host: 'evil.example' } })).toMatchObject({ status: 403 })
  expect(await ask(server, '/api/runs', { headers: { cookie, origin: 'http://evil.example' } })).toMatchObject({
    status: 403,
  })
  const headers = { cookie, 'content-type': 'application/json' }
  expect(await ask(server, '/api/inspect/about', { method: 'POST', headers, body: '{}' })).toMatchObject({
    status: 403,
  })
})

test('no path leads out of the page', async () => {
  const paths = [
    '/../package.json',
    '/..%2fpackage.json',
    '/assets/../../../package.json',
    '//etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/metrics.jsonl',
    '/runs/tiny/config.json',
    'http://evil.example/',
  ]
  for (const path of paths) {
    const { status, body } = await ask(server, path, { headers: { cookie } })
    expect([200, 404]).toContain(status)
    if (status === 200) expect(body).toContain('<div id="page">')
  }
  expect((await messages(server, cookie, 1))[0]!.view.state).toBe('finished')
  const other = await ask(server, '/api/events?run=..%2f..%2fetc', { headers: { cookie } })
  expect(JSON.parse(other.body)).toEqual({ error: { message: 'no run "../../etc" is shown here' } })
})

test('a run is told whole: its curves, evaluations, samples, mixture and drops', async () => {
  const [message] = await messages(server, cookie, 1)
  const view = message!.view as RunView
  const events = readFileSync(join(run.path, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
  const metrics = events.filter(({ type }) => type === 'metric')
  expect(message!.curves!.step).toEqual(metrics.map(({ step }) => step))
  expect(message!.curves!.mean.loss).toEqual(metrics.map(({ values }) => Number(values.loss.toPrecision(7))))
  const evaluations = events.filter(({ type }) => type === 'evaluation')
  expect(view.evaluations.map(({ step, loss }) => [step, loss])).toEqual(
    evaluations.map(({ step, values }) => [step, values.loss]),
  )
  expect(view).toMatchObject({
    name: 'tiny',
    state: 'finished',
    checkpoints: [0, 2, 4, 8, 12],
    progress: { step: 12, steps: 12 },
    mixed: { shares: [{ id: 'book' }, { id: 'notes' }] },
  })
  expect(view.baselines!.uniform).toBeGreaterThan(5)
  expect(view.samples.map(({ step }) => step)).toContain(12)
  expect(Object.keys(view.refined[0]!.sources.notes!.dropped).length).toBeGreaterThan(0)
  expect(view.stages.map(({ id }) => id)).toContain('train')
  for (const { busy, waiting, blocked } of view.stages) expect(busy + waiting + blocked).toBeLessThanOrEqual(1.0001)
  expect(view.verdict).toMatch(/bottleneck/)
})

test('what is written while a page watches arrives, and what was cut back is taken back', async () => {
  const path = join(scratch, 'live')
  mkdirSync(path)
  const log = join(path, 'metrics.jsonl')
  const line = (step: number) => `${JSON.stringify({ type: 'metric', step, values: { loss: 1 / step } })}\n`
  writeFileSync(log, line(1) + line(2))
  const other = await serve([path])
  const come = messages(other, await enter(other), 3)
  setTimeout(() => appendFileSync(log, line(3)), 300)
  setTimeout(() => writeFileSync(log, line(1)), 1500)
  const [first, second, third] = await come
  expect(first).toMatchObject({ whole: true, curves: { first: 0, step: [1, 2] } })
  expect(second).toMatchObject({ whole: false, curves: { first: 1, step: [2, 3] }, view: { progress: { step: 3 } } })
  expect(second!.view).not.toHaveProperty('samples')
  expect(third).toMatchObject({ whole: false, curves: { first: 0, step: [1] }, view: { progress: { step: 1 } } })
  await other.close()
})

test('questions are answered, and wrong ones explained', async () => {
  const cut = await inspect('tokens', { text: 'the white' })
  expect(cut.status).toBe(200)
  expect(JSON.parse(cut.body)).toMatchObject({ bytes: 9 })
  const unknown = await inspect('tokns', {})
  expect(unknown.status).toBe(400)
  expect(JSON.parse(unknown.body).error.message).toBe('nothing called "tokns" can be asked, did you mean "tokens"?')
  const wrong = await inspect('tokens', { text: 7 })
  expect(wrong.status).toBe(400)
  const huge = await inspect('tokens', { text: 'x'.repeat(9_000_000) }).catch(error => error)
  expect(huge.status ?? 400).toBe(400)
  expect(await inspect('__proto__', {})).toMatchObject({ status: 400 })
})

test('a folder that is no run, or not whole, is explained', async () => {
  const refused = async (path: string) => serve([path]).catch(error => `${error.name}: ${error}`)
  const missing = join(scratch, 'missing')
  expect(await refused(missing)).toBe(
    `StateError: ${missing}: there is no such run; name the folder of a run, such as runs/quickstart`,
  )
  const foreign = join(scratch, 'foreign')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'thesis.txt'), '')
  expect(await refused(foreign)).toBe(
    `StateError: ${foreign}: is not the folder of a run: it has no metrics.jsonl; name the folder of a run, such as runs/quickstart, or one that holds runs`,
  )
  const single = join(run.path, 'checkpoints', 'step-000012')
  expect(await refused(single)).toBe(
    `StateError: ${single}: is a single checkpoint; name the folder of its run: two folders up`,
  )
  expect((await viewOf(missing, true)).state).toBe('waiting')
  // A folder of runs stands for all of them.
  const all = await serve([run.runs])
  expect(all.runs).toEqual([run.path])
  await all.close()
})

test('a torn log and a process that is gone are told of', async () => {
  const path = join(scratch, 'torn')
  mkdirSync(path)
  writeFileSync(
    join(path, 'metrics.jsonl'),
    '{"type":"metric","step":1,"values":{"loss":2}}\n{"type":"met\nnull\n7\n{"type"',
  )
  writeFileSync(join(path, 'config.json'), '{"name": "to')
  expect(await viewOf(path)).toMatchObject({
    state: 'stopped',
    config: null,
    progress: { step: 1 },
    warnings: [{ stage: 'view', message: '1 line of metrics.jsonl cannot be read and is left out' }],
  })
  writeFileSync(join(path, 'live.json'), '{"at":1,"phase":"training","memory":1,"counters":[]}')
  expect((await viewOf(path)).state).toBe('interrupted')
})

test('a link that leads out of the folder is not followed', async () => {
  const secret = join(scratch, 'secret.jsonl')
  writeFileSync(secret, '{"type":"sample","step":1,"prompt":"","text":"secret"}\n')
  const path = join(scratch, 'linked')
  mkdirSync(path)
  symlinkSync(secret, join(path, 'metrics.jsonl'))
  const view = await viewOf(path)
  expect(view.state).toBe('unreadable')
  expect(view.problem!.message).toMatch(
    /metrics\.jsonl: is a link that leads out of the run's folder, and is not shown;/,
  )
  expect(JSON.stringify(view)).not.toContain('secret"')
})

test('questions do not hold up what the run does, nor the short ones', async () => {
  const path = join(scratch, 'slow')
  mkdirSync(path)
  const log = join(path, 'metrics.jsonl')
  const line = (step: number) =>
    `${JSON.stringify({ type: 'metric', step, values: { loss: 1, tokens: 1, seconds: 1 } })}\n`
  writeFileSync(log, line(1))
  const both = await serve([run.path, path])
  const own = await enter(both)
  const headers = { cookie: own, origin: new URL(both.address).origin, 'content-type': 'application/json' }
  const asked = (name: string, params: object) =>
    ask(both, `/api/inspect/${name}`, { method: 'POST', headers, body: JSON.stringify(params) })
  const order: string[] = []
  // Thirty parts put back, each measured on the whole of the held-out text.
  const parts = Array.from({ length: 30 }, () => 'attention')
  const long = asked('ablate', { parts }).then(answer => {
    order.push('ablate')
    return answer
  })
  const come = messages(both, own, 2, '?run=slow').then(told => {
    order.push('live')
    return told
  })
  setTimeout(() => appendFileSync(log, line(2)), 200)
  const short = asked('tokens', { text: 'the white whale' }).then(answer => {
    order.push('tokens')
    return answer
  })
  expect((await short).status).toBe(200)
  expect((await come)[1]!.view.progress).toMatchObject({ step: 2 })
  const ablated = JSON.parse((await long).body)
  expect(ablated.parts).toHaveLength(30)
  expect(order.at(-1)).toBe('ablate')
  await both.close()
})

test('a question that nobody waits for any more is given up', async () => {
  const fresh = await serve([run.path])
  const own = await enter(fresh)
  const { hostname, port, host, origin } = new URL(fresh.address)
  const headers = { host, cookie: own, origin, 'content-type': 'application/json' }
  const parts = Array.from({ length: 1000 }, () => 'attention')
  const given = request({ hostname, port, path: '/api/inspect/ablate', method: 'POST', headers })
  given.on('error', () => {})
  given.end(JSON.stringify({ parts }))
  await new Promise(resolve => setTimeout(resolve, 1500))
  given.destroy()
  // It waits for the one before, which would take a minute.
  const answer = await ask(fresh, '/api/inspect/positions', {
    method: 'POST',
    headers: { cookie: own, origin, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(answer.status).toBe(200)
  await fresh.close()
})

test('no question reads a file that is a link out of the folder', async () => {
  const path = join(scratch, 'runs', 'copied')
  cpSync(run.path, path, { recursive: true })
  const other = await serve([path])
  const own = await enter(other)
  const headers = { cookie: own, origin: new URL(other.address).origin, 'content-type': 'application/json' }
  const asked = async (name: string) => {
    const { status, body } = await ask(other, `/api/inspect/${name}`, { method: 'POST', headers, body: '{}' })
    return [status, JSON.parse(body).error?.message.replaceAll(path, '')]
  }
  const linked = async (name: string) => {
    const [file, secret] = [join(path, name), join(scratch, name.replaceAll('/', '-'))]
    renameSync(file, secret)
    symlinkSync(secret, file)
    const answers = [await asked('about'), await asked('embeddings')]
    rmSync(file)
    renameSync(secret, file)
    return answers
  }
  expect((await asked('embeddings'))[0]).toBe(200)
  for (const name of [
    'tokenizer.json',
    'eval.arrow',
    'blame',
    'checkpoints/step-000012/model.safetensors',
    'checkpoints/step-000000',
  ]) {
    for (const [status, message] of await linked(name)) {
      expect(status).toBe(400)
      expect(message).toMatch(
        new RegExp(`^/${name}(/DONE)?: is a link that leads out of the run's folder, and is not shown`),
      )
    }
  }
  // One that stays within is as good as the file.
  renameSync(join(path, 'tokenizer.json'), join(path, 'kept.json'))
  symlinkSync(join(path, 'kept.json'), join(path, 'tokenizer.json'))
  expect((await asked('embeddings'))[0]).toBe(200)
  await other.close()
})
