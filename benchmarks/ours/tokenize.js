// Ours of `tokenize`. One thread; `encode-threads` and `encode-gpt2-threads` use as many more as there are cores.
// usage: node ours/tokenize.js encode[-threads]|encode-gpt2[-threads]|train|worst-case MEGABYTES [VOCABULARY]
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { encoderPool, loadVocabMerges, trainBpe } from '@sluice/tokenize'
import { documentsOf, files } from './tokenize_text.js'

const [what, megabytes, vocabSize = '8192'] = process.argv.slice(2)
const paths = files(Number(megabytes))
const documents = what === 'worst-case' ? junk() : documentsOf(paths.text)
const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0)
const { seconds, note } = await measure()
const line = {
  value: bytes / 1e6 / seconds,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  note,
  versions: `Node ${process.versions.node}`,
}
process.stdout.write(`${JSON.stringify(line)}\n`)

async function measure() {
  if (what === 'train') {
    const started = performance.now()
    const tokenizer = await trainBpe(documents, { vocabSize: Number(vocabSize) })
    return { seconds: (performance.now() - started) / 1e3, note: `${tokenizer.vocabSize} tokens` }
  }
  const tokenizer = what.startsWith('encode-gpt2')
    ? gpt2()
    : await trainBpe(documentsOf(files(1).text), { vocabSize: 8192 })
  // Warm-up of the engine on a text of its own; the words of the text measured are not met before.
  const warm = documentsOf(files(1).text, text => text.toUpperCase())
  if (what.endsWith('-threads')) return threads(tokenizer, warm)
  for (let i = 0; i < 3; i++) for (const document of warm) tokenizer.encode(document)
  const started = performance.now()
  let ids = 0
  for (const document of documents) ids += tokenizer.encode(document).length
  return { seconds: (performance.now() - started) / 1e3, note: `${ids} ids` }
}

async function threads(tokenizer, warm) {
  const workers = availableParallelism()
  const pool = encoderPool({ tokenizer, workers })
  for (let i = 0; i < 6; i++) await pool.encodeBatch(warm)
  const started = performance.now()
  const ids = (await pool.encodeBatch(documents)).reduce((sum, each) => sum + each.length, 0)
  const seconds = (performance.now() - started) / 1e3
  await pool.close()
  return { seconds, note: `${ids} ids, ${workers} threads` }
}

function gpt2() {
  return loadVocabMerges(JSON.parse(readFileSync(paths.encoder, 'utf8')), readFileSync(paths.merges, 'utf8'))
}

function junk() {
  return ['a', 'ab', 'the', '!', 'é', ' ', '\u5b57', 'xyzzy', '=-', 'whale'].map(word =>
    word.repeat(Math.floor(100_000 / word.length)),
  )
}
