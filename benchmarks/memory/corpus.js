// A corpus of any size that takes 100 MB on the disk: ten files of made-up JSON Lines, hard-linked under as many names as it takes.
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomStream } from '@sluice/pipeline'

const fileBytes = 10e6
const files = 10

const syllables = Array.from(
  { length: 200 },
  (_, i) => 'bcdfghklmnprstvwz'[i % 17] + 'aeiou'[(i * 7) % 5] + ['', 'n', 'r', 's'][i % 4],
)

/** Lines of words, the frequent ones by Zipf's law; the same at every call. */
export function madeUpText() {
  const random = randomStream(1, 'text')
  let drawn = 0
  const word = () => {
    let rank = Math.floor(50_000 ** random.uniform(drawn++))
    let text = ''
    do {
      text += syllables[rank % 200]
      rank = Math.floor(rank / 200)
    } while (rank > 0)
    return text
  }
  const lines = Array.from({ length: 8192 }, () => `${Array.from({ length: 12 }, word).join(' ')}.`)
  /** A document of about so many bytes. */
  return bytes => {
    const text = []
    for (let length = 0; length < bytes; length += text.at(-1).length)
      text.push(lines[random.below(drawn++, lines.length)])
    return text.join('\n')
  }
}

/** Writes a corpus of so many bytes into a folder, and gives the glob that reads it. */
export function writeCorpus(folder, bytes) {
  const document = madeUpText()
  const random = randomStream(2, 'sizes')
  mkdirSync(join(folder, 'corpus'), { recursive: true })
  const made = Array.from({ length: Math.min(files, Math.ceil(bytes / fileBytes)) }, (_, i) => {
    const rows = []
    for (let size = 0, n = 0; size < fileBytes; size += rows.at(-1).length + 1, n++) {
      // Most are short; some are a hundred times as long.
      const text = document(500 * 100 ** random.uniform(i * 100_000 + n))
      rows.push(JSON.stringify({ text, url: `https://example.org/${i}/${n}` }))
    }
    const path = join(folder, `made-${i}.jsonl`)
    writeFileSync(path, `${rows.join('\n')}\n`)
    return path
  })
  for (let n = 0; n * fileBytes < bytes; n++) {
    linkSync(made[n % made.length], join(folder, 'corpus', `part-${String(n).padStart(5, '0')}.jsonl`))
  }
  return join(folder, 'corpus', '*.jsonl')
}
