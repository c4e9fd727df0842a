// Compares our ids with those of the readers on npm, for JSON strings from stdin.   usage: node ids_npm.js TOKENIZER_FOLDER
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { loadTokenizer } from '@sluice/tokenize'

const file = join(process.argv[2], 'tokenizer.json')
const json = JSON.parse(readFileSync(file, 'utf8'))
const ours = loadTokenizer(json)
// It finds special tokens in plain text; we do not.
const spellings = json.added_tokens.map(({ content }) => content)
const texts = readFileSync(0, 'utf8')
  .split('\n')
  .map(line => JSON.parse(line).toWellFormed())
  .filter(text => text.length < 20_000 && !spellings.some(spelling => text.includes(spelling)))

const plain = new Tokenizer(json, {})
report('@huggingface/tokenizers', text => plain.encode(text, { add_special_tokens: false }).ids)
try {
  const native = createRequire(import.meta.url)('tokenizers').Tokenizer.fromFile(file)
  const ids = []
  for (const text of texts) ids.push((await native.encode(text, null, { addSpecialTokens: false })).getIds())
  report('tokenizers', (_, i) => ids[i])
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
}

function report(name, idsOf) {
  const theirs = texts.map((text, i) => idsOf(text, i))
  // `@huggingface/tokenizers` has no id for a piece that a WordLevel vocabulary lacks.
  const unknown = theirs.filter(ids => ids.includes(undefined)).length
  const different = texts.filter(
    (text, i) => !theirs[i].includes(undefined) && String(theirs[i]) !== String(ours.encode(text)),
  )
  const examples = different.slice(0, 3).map(text => text.slice(0, 60))
  process.stdout.write(
    `${JSON.stringify({ reader: name, texts: texts.length, unknown, different: different.length, examples })}\n`,
  )
}
