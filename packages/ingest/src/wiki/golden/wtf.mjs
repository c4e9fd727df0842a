// Writes wtf.json: how many words wtf_wikipedia (MIT) finds in each article of a dump, and a histogram of them by their hash.
// usage, where wtf_wikipedia 10.4.2 is installed: node wtf.mjs DUMP.xml (unpacked)
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(process.cwd(), 'x.js'))
const { default: wtf } = await import(pathToFileURL(require.resolve('wtf_wikipedia')).href)
const plain = text => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&')
const page = /<title>(.*?)<\/title>\s*<ns>0<\/ns>\s*<id>(\d+)<\/id>(?!\s*<redirect).*?<text[^>]*>(.*?)<\/text>/gs
const articles = {}
for (const [, , id, text] of readFileSync(process.argv[2], 'utf8').matchAll(page)) {
  articles[id] = histogram(wtf(plain(text)).text())
}
writeFileSync(new URL('wtf.json', import.meta.url), `${JSON.stringify(articles, null, 1)}\n`)

/** Words counted by a hash of each: 256 counts of two bytes, in base64. */
function histogram(text) {
  const counts = new Uint16Array(256)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 0x811c9dc5
    for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193)
    counts[(hash ^ (hash >>> 16)) & 255]++
  }
  return Buffer.from(counts.buffer).toString('base64')
}
