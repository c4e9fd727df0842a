import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { readTokenizer, type Tokenizer } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { TokenizerOptions } from './tokenizer.ts'

/** The tokenizer that a command names first. */
export async function first(
  { paths: [path], action }: TokenizerOptions & { readonly paths: readonly string[] },
  console: Console,
): Promise<Tokenizer> {
  if (path === undefined) throw new ConfigError(`needs a tokenizer: pipeline tokenizer ${action} runs/quickstart`)
  const warn = (message: string) => console.stderr.write(`${path} ${message}\n`)
  return readTokenizer(resolve(console.cwd, path), { warn })
}
