// Peers of `tokenize` from npm, which the folder BENCH_NODE has installed: npm install --prefix FOLDER tokenizers gpt-tokenizer
// usage: node peers/tokenizers_node.js tokenizers|gpt-tokenizer MEGABYTES
//
// `tokenizers`, Hugging Face's own with its threads, encodes with the BPE that ours encodes with; `gpt-tokenizer`, one thread, with GPT-2's.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { trainBpe } from '@sluice/tokenize'
import { documentsOf, files } from '../ours/tokenize_text.js'

const [name, megabytes] = process.argv.slice(2)
const require = createRequire(resolve(process.env.BENCH_NODE, 'node_modules', 'here.js'))
const documents = documentsOf(files(Number(megabytes)).text)
const warm = documentsOf(files(1).text, text => text.toUpperCase())
const encode = await (name === 'tokenizers' ? huggingFace() : gptTokenizer())
for (let i = 0; i < 3; i++) await encode(warm)
const started = performance.now()
const ids = await encode(documents)
const seconds = (performance.now() - started) / 1e3
const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0)
const line = {
  value: bytes / 1e6 / seconds,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  note: `${ids} ids`,
  versions: `${name} ${versionOf(name)}, Node ${process.versions.node}`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)

async function huggingFace() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const tokenizer = await trainBpe(documentsOf(files(1).text), { vocabSize: 8192 })
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.toJSON()))
  const theirs = require('tokenizers').Tokenizer.fromFile(join(folder, 'tokenizer.json'))
  rmSync(folder, { recursive: true })
  return async texts =>
    (await theirs.encodeBatch(texts, { addSpecialTokens: false })).reduce((sum, each) => sum + each.getIds().length, 0)
}

async function gptTokenizer() {
  const { encode } = require('gpt-tokenizer/encoding/r50k_base')
  return async texts => texts.reduce((sum, text) => sum + encode(text).length, 0)
}

function versionOf(name) {
  return JSON.parse(readFileSync(resolve(process.env.BENCH_NODE, 'node_modules', name, 'package.json'), 'utf8')).version
}
