import { resolve } from 'node:path'
import { ConfigError } from '@sluice/pipeline'
import { pieces, readTokenizer, type Tokenizer, trainCharacters, trainWords } from '@sluice/tokenize'
import type { Console } from '../terminal/console.ts'
import type { TokenizerOptions } from './tokenizer.ts'
import { colouredPicture } from './tokenizer-picture.ts'

type Options = TokenizerOptions & { readonly paths: readonly string[] }

/** `encode <tokenizer> --text …` */
export async function encode(options: Options, console: Console): Promise<number> {
  const text = textOf(options)
  const tokenizer = await only(options, console)
  const ids = Array.from(tokenizer.encode(text, { special: options.special ? 'allow' : 'text' }))
  const cut = pieces(tokenizer, ids)
  if (options.json) print(console, JSON.stringify({ ids, pieces: cut }))
  else if (options.ids) print(console, ids.join(' '))
  else {
    print(console, colouredPicture(cut, console))
    print(console, ids.join(' '))
    print(console, `${ids.length} tokens for ${Buffer.byteLength(text)} bytes`)
  }
  return 0
}

/** `decode <tokenizer> <ids...>` */
export async function decode(options: Options, console: Console): Promise<number> {
  const [path, ...given] = options.paths
  const words = given.flatMap(word => word.split(/[\s,]+/).filter(part => part !== ''))
  const ids = words.map(Number)
  const wrong = words.find(word => !/^\d+$/.test(word))
  if (wrong !== undefined) throw new ConfigError(`an id is a whole number from 0 on, found "${wrong}"`)
  const tokenizer = await only({ ...options, paths: path === undefined ? [] : [path] }, console)
  if (words.length === 0) throw new ConfigError(`ids are missing: pipeline tokenizer decode ${path} 17 4 256`)
  const unknown = ids.find(id => id >= tokenizer.vocabSize)
  if (unknown !== undefined) {
    throw new ConfigError(`id ${unknown} is none of this tokenizer, whose ids end at ${tokenizer.vocabSize - 1}`)
  }
  print(console, tokenizer.decode(ids))
  return 0
}

/** `inspect <tokenizer>` */
export async function inspect(options: Options, console: Console): Promise<number> {
  const tokenizer = await only(options, console)
  const { kind, vocabSize } = tokenizer
  const special = [...(tokenizer.special ?? [])].sort((a, b) => a[1] - b[1])
  const specials = new Set(special.map(([, id]) => id))
  const ids = Array.from({ length: vocabSize }, (_, id) => id).filter(id => !specials.has(id))
  const lengths = new Map(ids.map(id => [id, tokenizer.tokenBytes(id).length]))
  const longest = [...ids].sort((a, b) => lengths.get(b)! - lengths.get(a)! || a - b).slice(0, 12)
  const mean = ids.reduce((sum, id) => sum + lengths.get(id)!, 0) / Math.max(1, ids.length)
  const endOfText = tokenizer.token(tokenizer.endOfText)
  if (options.json) {
    const named = { special: Object.fromEntries(special), longest: pieces(tokenizer, longest) }
    print(console, JSON.stringify({ kind, vocabSize, endOfText, meanBytes: mean, ...named }))
    return 0
  }
  print(console, `${kind}, ${vocabSize} tokens of ${mean.toFixed(1)} bytes on average`)
  print(console, `special   ${special.map(([token, id]) => `${token} ${id}`).join(', ')}`)
  print(console, `ends text ${endOfText}`)
  const shown = (some: readonly number[]) => colouredPicture(pieces(tokenizer, some), console, 10)
  print(console, `longest   ${shown(longest)}`)
  print(console, `last      ${shown(ids.slice(-12))}`)
  return 0
}

/** `cut <tokenizer> --text …`: the same text as characters, subwords and words. */
export async function cut(options: Options, console: Console): Promise<number> {
  const text = textOf(options)
  const tokenizer = await only(options, console)
  const rows: [string, Tokenizer][] = [
    ['characters', await trainCharacters([text])],
    [tokenizer.kind, tokenizer],
    ['words', await trainWords([text])],
  ]
  const cuts = rows.map(([name, each]) => ({ name, pieces: pieces(each, each.encode(text)) }))
  if (options.json) print(console, JSON.stringify(cuts))
  else {
    for (const { name, pieces } of cuts) {
      print(console, `${name.padEnd(10)} ${String(pieces.length).padStart(5)}  ${colouredPicture(pieces, console, 18)}`)
    }
  }
  return 0
}

async function only({ paths, action }: Options, console: Console): Promise<Tokenizer> {
  const [path, more] = paths
  if (path === undefined) throw new ConfigError(`needs a tokenizer: pipeline tokenizer ${action} runs/quickstart`)
  if (more !== undefined) throw new ConfigError(`"${more}" is one argument too many: ${action} takes one tokenizer`)
  const warn = (message: string) => console.stderr.write(`${path} ${message}\n`)
  return readTokenizer(resolve(console.cwd, path), { warn })
}

function textOf({ text, action }: Options): string {
  if (text === undefined) throw new ConfigError(`--text is missing: pipeline tokenizer ${action}`)
  return text
}

function print(console: Console, line: string): void {
  console.stdout.write(`${line}\n`)
}
