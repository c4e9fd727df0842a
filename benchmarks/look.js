// How long it takes to look into a run of GPT-2 small (124M parameters, 50,257 tokens): a checkpoint of random weights is made in a
// temporary folder, and every question asked in a process's life, in order, the folder once opened; then the page's server is asked the
// same, as a browser would, its threads starting with their first question.
// usage: node benchmarks/look.js
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCheckpoint } from '@sluice/checkpoint'
import { inspect, openRun } from '@sluice/recipe'
import { gpt2Config, gpt2HfConfig, gpt2Shape, initialValues } from '@sluice/transformer'
import { serveView } from '@sluice/view'

const vocabSize = 50_257
const shape = { vocabSize, blockSize: 1024, layers: 12, width: 768, heads: 12 }

const folder = await mkdtemp(join(tmpdir(), 'sluice-look-'))
try {
  await makeRun(folder)
  let run
  await timed('open, and say what it is', async () => {
    run = await openRun(folder)
    await inspect(run, 'about', {})
  })
  await timed('neighbours of a token, first', () => inspect(run, 'neighbors', { token: 1000 }))
  await timed('neighbours of a token, again', () => inspect(run, 'neighbors', { token: 2000 }))
  await timed('map of the vocabulary, 2,000 points', () => inspect(run, 'embeddings', {}))
  await timed('the same at step 0, on those axes', () => inspect(run, 'embeddings', { step: 0 }))
  await timed('positions', () => inspect(run, 'positions', {}))
  await timed('attention of 16 tokens, first', () => inspect(run, 'attention', { text: text(16) }))
  await timed('attention of 16 tokens, again', () => inspect(run, 'attention', { text: text(16) }))
  await timed('lens of 16 tokens', () => inspect(run, 'lens', { text: text(16) }))
  await timed('weights of two snapshots', () => inspect(run, 'weights', {}))
  run.dispose()
  await throughThePage()
  process.stdout.write(`memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** From the link to each view's answers. */
async function throughThePage() {
  let server
  let headers
  await timed('page: the server, and what the run is', async () => {
    server = await serveView({ runs: [folder] })
    const { headers: got } = await fetch(server.url, { redirect: 'manual' })
    headers = {
      cookie: got.get('set-cookie').split(';')[0],
      origin: new URL(server.address).origin,
      'content-type': 'application/json',
      accept: 'application/vnd.sluice.typed+json',
    }
    await first('api/events')
  })
  const ask = async (name, params) => {
    const answer = await fetch(`${server.address}api/inspect/${name}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(params),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.arrayBuffer()).byteLength
  }
  async function first(path) {
    const { body } = await fetch(`${server.address}${path}`, { headers })
    for await (const piece of body) if (Buffer.from(piece).includes('data: ')) return
  }
  await timed('page: tokens of a text, first', () => ask('tokens', { text: text(16) }))
  await timed('page: about', () => ask('about', {}))
  await timed('page: map of 4,000 points, first', () => ask('embeddings', { limit: 4000 }))
  await timed('page: neighbours', () => ask('neighbors', { token: 1000, limit: 12 }))
  await timed('page: attention of 16 tokens, first', () => ask('attention', { text: text(16), limit: 48 }))
  await timed('page: attention of another text', () => ask('attention', { text: text(20), limit: 48 }))
  await timed('page: lens of 16 tokens', () => ask('lens', { text: text(16), tokens: 24 }))
  await timed('page: twelve tokens written', () => ask('generate', { prompt: text(8), maxTokens: 12 }))
  await server.close()
}

/** Wall clock, and the processor's time, which a busy machine does not change. */
async function timed(name, work) {
  const started = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    `${name.padEnd(38)} ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor\n`,
  )
}

async function makeRun(path) {
  const weights = initialValues(gpt2Shape(shape).parameters, 1)
  const tokenizer = JSON.stringify(pairs(vocabSize))
  await mkdir(join(path, 'checkpoints'))
  await writeFile(join(path, 'metrics.jsonl'), '')
  await writeFile(join(path, 'tokenizer.json'), tokenizer)
  const config = JSON.stringify(gpt2HfConfig(gpt2Config(shape)))
  const files = new Map([['config.json', config]])
  for (const step of [0, 1]) {
    const snapshot = { step, weights, trainer: {} }
    await writeCheckpoint(join(path, 'checkpoints'), {
      snapshot,
      cursor: {},
      state: {},
      formats: ['safetensors'],
      files,
    })
    for (const { data } of weights.values()) for (let i = 0; i < data.length; i++) data[i] *= 1 + (i % 7) / 10
  }
}

/** A byte-level BPE as large as GPT-2's: the bytes, and merges of two bytes each. */
function pairs(size) {
  const visible = byte => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let next = 256
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(visible(byte) ? byte : next++))
  const vocab = Object.fromEntries(['<|endoftext|>', ...bytes].map((token, id) => [token, id]))
  const merges = []
  const start = Object.keys(vocab).length
  for (let i = 0; start + merges.length < size; i++) merges.push([bytes[i >> 8], bytes[i & 255]])
  merges.forEach((pair, i) => {
    vocab[pair.join('')] = start + i
  })
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 0,
        content: '<|endoftext|>',
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: level,
    post_processor: null,
    decoder: level,
    model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, vocab, merges },
  }
}

function text(tokens) {
  return 'ab cd '.repeat(tokens).slice(0, 2 * tokens)
}
