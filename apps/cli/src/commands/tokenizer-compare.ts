import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { fileTexts, scoreTokenizer, type Tokenizer } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import { count } from '../terminal/format.ts'
import type { TokenizerOptions } from './tokenizer.ts'
import { readNamed } from './tokenizer-first.ts'

/** `compare <tokenizers...> <texts...>`: a folder, a .json and a .tiktoken file is a tokenizer, vocab.txt too; the others are texts. */
export async function compare(
  options: TokenizerOptions & { readonly paths: readonly string[] },
  console: Console,
): Promise<number> {
  const tokenizers: [string, Tokenizer][] = []
  const texts: string[] = []
  for (const path of options.paths) {
    const full = resolve(console.cwd, path)
    if (await isTokenizer(full)) tokenizers.push([path, await readNamed(path, options, console)])
    else texts.push(path)
  }
  if (tokenizers.length === 0 || texts.length === 0) {
    throw new ConfigError('needs tokenizers and texts: pipeline tokenizer compare runs/a runs/b corpus.txt')
  }
  const results: object[] = []
  for (const text of texts) {
    if (!options.json) console.stdout.write(`${text}\n`)
    for (const [name, tokenizer] of tokenizers) {
      const score = await scoreTokenizer(tokenizer, fileTexts([resolve(console.cwd, text)]))
      results.push({ text, tokenizer: name, kind: tokenizer.kind, vocabSize: tokenizer.vocabSize, ...score })
      if (options.json) continue
      const figures = [
        `${count(score.tokens)} tokens`,
        `${score.bytesPerToken.toFixed(2)} bytes a token`,
        `${score.fertility.toFixed(2)} tokens a word`,
        `${count(score.unknown)} unknown`,
      ]
      console.stdout.write(`  ${name}  ${tokenizer.kind} ${tokenizer.vocabSize}: ${figures.join(', ')}\n`)
    }
  }
  if (options.json) console.stdout.write(`${JSON.stringify(results)}\n`)
  return 0
}

async function isTokenizer(path: string): Promise<boolean> {
  if (/\.(json|tiktoken)$|vocab\.txt$/.test(path)) return true
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
}
