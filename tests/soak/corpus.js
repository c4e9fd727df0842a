// Documents with ids that a corpus can be counted by.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { randomStream } from '@sluice/pipeline'

const words = 'the a whale sea ship captain old white man boat water said upon like one deep over never'.split(' ')

/**
 * Writes a corpus of JSON Lines into some files, one of them packed.
 *
 * @returns the text of each document by its id
 */
export function writeCorpus(folder, { seed, documents, files }) {
  mkdirSync(folder, { recursive: true })
  const random = randomStream(seed, 'soak')
  let drawn = 0
  const texts = new Map()
  const rows = Array.from({ length: files }, () => [])
  for (let i = 0; i < documents; i++) {
    const length = 3 + Math.floor(60 * random.uniform(drawn++) ** 2)
    const text = Array.from({ length }, () => words[random.below(drawn++, words.length)]).join(' ')
    const id = `d${i}`
    // No two are the same, so that none is taken for another's duplicate.
    const whole = `${text} ${id}`
    texts.set(id, whole)
    rows[Math.floor((i * files) / documents)].push(JSON.stringify({ id, text: whole }))
  }
  for (const [i, lines] of rows.entries()) {
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    const packed = i === files - 1
    writeFileSync(join(folder, `part-${i}.jsonl${packed ? '.gz' : ''}`), packed ? gzipSync(bytes) : bytes)
  }
  return texts
}
