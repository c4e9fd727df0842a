import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { readTokenizer, type Tokenizer } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { TokenizerOptions } from './tokenizer.ts'

type Options = TokenizerOptions & { readonly paths: readonly string[] }

/** The tokenizer that a command names first. */
export async function first(options: Options, console: Console): Promise<Tokenizer> {
  const {
    paths: [path],
    action,
  } = options
  if (path === undefined) throw new ConfigError(`needs a tokenizer: pipeline tokenizer ${action} runs/quickstart`)
  return readNamed(path, options, console)
}

/** The tokenizer of a path that the command line names. */
export async function readNamed(path: string, { endOfText }: Options, { cwd, stderr }: Console): Promise<Tokenizer> {
  const warn = (message: string) => stderr.write(`${path} ${message}\n`)
  return readTokenizer(resolve(cwd, path), { warn, ...(endOfText === undefined ? {} : { endOfText }) })
}
