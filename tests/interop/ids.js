// Prints our ids, a JSON array a line, for JSON strings from stdin.   usage: node ids.js CHECKPOINT_FOLDER
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTokenizer } from '@sluice/tokenize'

const tokenizer = loadTokenizer(JSON.parse(readFileSync(join(process.argv[2], 'tokenizer.json'), 'utf8')))
for (const line of readFileSync(0, 'utf8').split('\n')) {
  process.stdout.write(`${JSON.stringify([...tokenizer.encode(JSON.parse(line))])}\n`)
}
