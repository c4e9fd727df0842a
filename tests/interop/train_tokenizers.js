// Trains a tokenizer of each kind on JSON strings from stdin.   usage: node train_tokenizers.js FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tokenizerFiles, trainBpe, trainCharacters, trainWordPiece, trainWords } from '@sluice/tokenize'

const documents = readFileSync(0, 'utf8')
  .split('\n')
  .map(line => JSON.parse(line))
const made = {
  bpe: await trainBpe(documents, { vocabSize: 8192 }),
  llama3: await trainBpe(documents, { vocabSize: 8192, cut: 'llama3' }),
  wordpiece: await trainWordPiece(documents, { vocabSize: 8192, limitAlphabet: 3000 }),
  char: await trainCharacters(documents),
  word: await trainWords(documents),
}
for (const [name, tokenizer] of Object.entries(made)) {
  const folder = join(process.argv[2], `our-${name}`)
  mkdirSync(folder)
  for (const [file, content] of tokenizerFiles(tokenizer)) writeFileSync(join(folder, file), content)
}
